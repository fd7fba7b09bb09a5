const { perform } = require(`${__hooks}/lib/base/act.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { checkOpen, writeProfile } = require(`${__hooks}/lib/base/stand.js`);
const { HOUR } = require(`${__hooks}/lib/base/time.js`);
const { levelOf } = require(`${__hooks}/lib/levels/level.js`);

/** Clocks of partners differ from ours. */
const CLOCK_SKEW_MS = HOUR / 12;
const MAX_LOCALE = 35;

/** Whether the applicant has agreed to what the level asks for: its version, and the very text, as two levels may call two texts alike. */
function isConsented({ consent }, stand) {
  if (consent === null) return true;
  const { version, locale, sha256 } = stand.consent ?? {};
  return version === consent.version && sha256 === digestOf(consent, locale);
}

/**
 * The consent of a request as the profile keeps it; null when it has that one already.
 * @param given `{version, given_at, locale}`
 * @param pointer of it in the body
 * @throws 422
 */
function readConsent(level, stand, given, pointer) {
  const { version, given_at, locale } = given;
  const refuse = (name, detail) =>
    fail(422, 'validation_failed', 'The consent is not valid.', { errors: [{ pointer: pointer + name, detail }] });
  if (!level.consent) refuse(pointer ? '' : '/version', 'The level asks for no consent');
  if (version !== level.consent.version) refuse('/version', 'The level asks for another version');
  const time = typeof given_at === 'string' ? Date.parse(given_at) : Number.NaN;
  if (Number.isNaN(time)) refuse('/given_at', 'Is not a time');
  if (time > Date.now() + CLOCK_SKEW_MS) refuse('/given_at', 'Lies in the future');
  if (typeof locale !== 'string' || locale.length > MAX_LOCALE) refuse('/locale', 'Is not a locale');
  if (isConsented(level, stand)) return null;
  return { version, locale, given_at: new Date(time).toISOString(), sha256: digestOf(level.consent, locale) };
}

/** The text that is shown under a locale: its own, that of its language, English, or the first there is. */
function textFor({ text }, locale) {
  const name = [locale, locale.split('-')[0], 'en'].find((name) => Object.hasOwn(text, name));
  return name === undefined ? Object.values(text)[0] : text[name];
}

const digestOf = (consent, locale) => $security.sha256(textFor(consent, locale));

/** What an act says of a consent: `set`, digest, event and audit row. Nothing for none. */
function tellConsent(consent) {
  if (!consent) return { set: {}, events: [], audit: [] };
  return {
    set: { consent },
    consent_sha256: consent.sha256,
    events: [{ type: 'profile.consent_given', data: { version: consent.version } }],
    audit: [{ action: 'consent.given', target: consent.version }],
  };
}

/** Keeps a consent of a profile whose status stays as it is. */
function writeConsent(app, caller, stand, consent) {
  const { set, ...told } = tellConsent(consent);
  const { id: profile, partner, revision, evidence_version, missing } = stand;
  perform(app, caller, 'profile_updates', {
    profile,
    partner,
    revision,
    set: { ...set, evidence_version, missing },
    ...told,
  });
}

/** An applicant's own consent, given now. */
function giveConsent(app, caller, id, { version, locale }) {
  return writeProfile(app, caller, id, (db, stand) => {
    checkOpen(caller, stand);
    const level = levelOf(db, stand);
    const given_at = new Date().toISOString();
    const consent = readConsent(level, stand, { version, locale, given_at }, '');
    if (consent) writeConsent(db, caller, stand, consent);
    return { version };
  });
}

module.exports = { giveConsent, isConsented, readConsent, tellConsent, writeConsent };
