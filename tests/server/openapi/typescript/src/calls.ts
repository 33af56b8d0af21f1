// Settings of a client, and reading its answers, for both editions.

export const settings = {
  baseUrl: process.env.DECK_BASE_URL ?? "http://127.0.0.1:8765/v2",
  headers: { Authorization: `Bearer ${process.env.DECK_API_KEY ?? "sk_test_typescript"}` },
};

interface DeckErrors {
  errors: { type: string; code: string; field?: string; message: string }[];
  request_id: string;
}

/** The data of a successful answer. */
export async function read<Data>(
  answering: Promise<{ data?: Data; error?: DeckErrors; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await answering;
  if (data !== undefined) return data;
  const texts = error?.errors.map(({ type, code, message }) => `${type}/${code}: ${message}`);
  throw new Error(`${response.status} ${response.url}: ${texts?.join(" ")}`);
}

export const sleep = (seconds: number) =>
  new Promise<void>((done) => setTimeout(done, seconds * 1000));

export function expect(holds: boolean, claim: string): asserts holds {
  if (!holds) throw new Error(`expected: ${claim}`);
}
