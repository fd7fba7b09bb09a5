const codes = require(`${__hooks}/lib/shared/check-codes.json`);
const worstFirst = require(`${__hooks}/lib/shared/check-outcomes.json`);

/** One outcome stands for several. */
const worstOf = (outcomes) => worstFirst.find((outcome) => outcomes.includes(outcome)) ?? 'pass';

/** What findings stand for. A hint changes nothing. */
const outcomeOf = (findings) => worstOf(findings.map(({ code }) => codes[code]));

module.exports = { outcomeOf, worstOf };
