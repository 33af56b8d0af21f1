// Calls each [URL, key, milliseconds] of its argument with fetch; prints what fetch saw of each.
const calls = JSON.parse(process.argv[2]);
const outcomes = calls.map(async ([url, key, milliseconds]) => {
  let status = "";
  try {
    const signal = AbortSignal.timeout(milliseconds);
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${key}` }, signal });
    status = `${answer.status}`;
    if (answer.ok) await answer.json();
    return status;
  } catch (error) {
    const code = error.cause?.code;
    const what = code ? `${error.name} (${code})` : error.name;
    return error.name === "SyntaxError" ? `${status}, ${what}` : what;
  }
});
console.log(JSON.stringify(await Promise.all(outcomes)));
