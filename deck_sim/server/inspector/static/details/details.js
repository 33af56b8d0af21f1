// @ts-check
import { jsonView } from "../widgets.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Ref} Ref */

/** @param {Context} ctx @param {Ref} ref */
const view = (ctx, ref) => jsonView(ctx.model.lane(ref.id) ?? ref);

export { view as resourceDetails, view as callDetails, view as eventDetails };
export { view as deliveryDetails, view as entryDetails };
