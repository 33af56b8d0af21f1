"""The step that refuses the call which would start the script."""

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import KINDS, Wait
from deck_sim.faults.http import make_refusal
from deck_sim.faults.values import AnswerError, RetryAfter
from deck_sim.scenario.steps.step import Step


class Refused(Step):
    """The call is refused, and nothing is created. The only step of its script."""

    word = "refused"
    kinds = KINDS
    shorthand = "error"
    is_status = False
    is_alone = True
    ends = True
    error: AnswerError
    """An error that a call is answered with."""
    message: str | None = None
    """The text. If omitted, the text of the catalog."""
    field: str | None = None
    """The field of the body that the error is about."""
    retry_after: RetryAfter | None = None
    """Seconds in the header `Retry-After`."""

    @property
    def fails_with(self) -> tuple[str, ...]:
        return (self.error,)

    @property
    def refusal(self) -> ApiError:
        return make_refusal(self.error, self.message, self.field, self.retry_after)

    def enter(self, stage: Stage) -> Wait | None:
        raise self.refusal
