const codes = require(`${__hooks}/lib/shared/check-codes.json`);

/** The worst first, as one of them stands for several checks. */
const WORST_FIRST = ['fail', 'attention', 'inconclusive', 'not_run', 'pass'];

const worstOf = (outcomes) => WORST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? 'pass';

/** What findings stand for. A hint changes nothing. */
const outcomeOf = (findings) => worstOf(findings.map(({ code }) => codes[code]));

module.exports = { WORST_FIRST, outcomeOf, worstOf };
