// Tests whose names are what they prove, one after the other, as TAP on standard output.

/** Runs { name: async function giving true }. What one of them throws fails it alone. */
export async function run(tests, { failed = async () => {} } = {}) {
  let n = 0;

  console.log(`1..${Object.keys(tests).length}`);
  for (const [name, test] of Object.entries(tests)) {
    const begun = performance.now();
    let ok = false;
    try {
      ok = await test();
    } catch (error) {
      console.log(`# ${String(error.message).split('\n').slice(0, 3).join(' ')}`);
    }
    console.log(`${ok ? 'ok' : 'not ok'} ${++n} - ${name}\n# ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    if (!ok) {
      process.exitCode = 1;
      await failed(n).catch((error) => console.log(`# ${error.message}`));
    }
  }
}

/** True when everything named is; says what is not. */
export function told(all) {
  const wrong = Object.keys(all).filter((k) => !all[k]);

  if (wrong.length)
    console.log(`# not so: ${wrong.join(', ')}`);
  return wrong.length === 0;
}
