const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { BUILT_IN } = require(`${__hooks}/lib/levels/level.js`);
const codes = require(`${__hooks}/lib/shared/check-codes.json`);
const checkTypes = require(`${__hooks}/lib/shared/check-types.json`);
const countries = require(`${__hooks}/lib/shared/countries.json`).match(/../g);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));
const patterns = require(`${__hooks}/lib/shared/patterns.json`);
const documentTypes = Object.keys(require(`${__hooks}/lib/shared/document-types.json`));

const MOST_RESUBMISSIONS = 3;
const MOST_TEXT = 5000;
const ORDERS = ['oldest', 'clear_first', 'doubtful_first'];
/** What a machine may approve on: that the applicant is alive and the document genuine, as a vendor sees it. */
const BEFORE_APPROVAL = ['face_liveness', 'document_authenticity'];

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isText = (value, most) => typeof value === 'string' && value.trim() !== '' && value.length <= most;
const isWhole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
const isLocale = (value) => /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(value) && value.length <= 35;
const PROVIDER = new RegExp(patterns.provider);
const isProvider = (value) => typeof value === 'string' && PROVIDER.test(value);

/** Each member's rule: it names what is wrong by `refuse(pointer, detail)`. */
const RULES = {
  required(value, refuse) {
    if (!isObject(value) || Object.keys(value).length === 0) return refuse('/required', 'Names no type of document');
    for (const [type, list] of Object.entries(value)) {
      if (!documentTypes.includes(type)) refuse(`/required/${type}`, 'There is no such type of document');
      else if (!Array.isArray(list) || list.length === 0) refuse(`/required/${type}`, 'Names no kind');
      else checkEach(list, kinds, `/required/${type}`, 'There is no such kind', refuse);
    }
  },
  optional: (value, refuse) => checkEach(value, kinds, '/optional', 'There is no such kind', refuse),
  document_types(value, refuse, { required }) {
    const known = isObject(required) ? Object.keys(required) : [];
    checkEach(value, known, '/document_types', '`required` does not say what this type needs', refuse);
  },
  countries: (value, refuse) => checkEach(value, countries, '/countries', 'There is no such country', refuse),
  min_age(value, refuse) {
    if (!isWhole(value, 1, 120)) refuse('/min_age', 'Is not a number of years');
  },
  consent(value, refuse) {
    if (!isObject(value)) return refuse('/consent', 'Is not a consent');
    if (!isText(value.version, 64)) refuse('/consent/version', 'Is not a version');
    if (!isText(value.url, 2000) || !/^https:\/\/[^\s/@]+(\/\S*)?$/.test(value.url))
      refuse('/consent/url', 'Is not an https URL');
    const texts = isObject(value.text) ? Object.entries(value.text) : [];
    if (texts.length === 0) refuse('/consent/text', 'Holds no text');
    for (const [locale, text] of texts) {
      if (!isLocale(locale) || !isText(text, MOST_TEXT)) refuse(`/consent/text/${locale}`, 'Is not a text of a locale');
    }
  },
  photo_reuse(value, refuse, { consent }) {
    if (typeof value !== 'boolean') refuse('/photo_reuse', 'Is true or false');
    if (value && !consent) refuse('/consent', 'Is needed for a search of face photos');
  },
  checks(value, refuse, { consent }) {
    if (!Array.isArray(value)) return refuse('/checks', 'Is not a list');
    const types = value.map(typeOf);
    types.forEach((type, index) => {
      if (!Object.hasOwn(checkTypes, type)) refuse(`/checks/${index}`, 'There is no such check');
      else if (types.indexOf(type) < index) refuse(`/checks/${index}`, 'Stands there twice');
      else if (!isProvider(providerOf(value[index]))) refuse(`/checks/${index}/provider`, 'Is no name of a provider');
    });
    if (types.includes('face_match') && !consent) refuse('/consent', 'Is needed for a comparison of faces');
  },
  policy(value, refuse, { checks }) {
    if (!isObject(value)) return refuse('/policy', 'Is not a policy');
    const { order, resubmit_on, resubmit_at_most, approve_when, ...others } = value;
    for (const name of Object.keys(others)) refuse(`/policy/${name}`, 'Unknown field');
    if (order !== undefined && !ORDERS.includes(order)) refuse('/policy/order', `Is one of ${ORDERS.join(', ')}`);
    if (resubmit_on !== undefined)
      checkEach(resubmit_on, Object.keys(codes), '/policy/resubmit_on', 'There is no such code', refuse);
    if (resubmit_at_most !== undefined && !isWhole(resubmit_at_most, 0, MOST_RESUBMISSIONS))
      refuse('/policy/resubmit_at_most', `Is a number up to ${MOST_RESUBMISSIONS}`);
    if (approve_when === undefined) return;
    if (approve_when !== 'all_pass') refuse('/policy/approve_when', 'Is all_pass');
    else if (!isFitToApprove(checks))
      refuse('/policy/approve_when', `Needs ${BEFORE_APPROVAL.join(' and ')} by another provider than ${BUILT_IN}`);
  },
};

const typeOf = (check) => (isObject(check) ? check.type : check);
const providerOf = (check) => (isObject(check) ? (check.provider ?? BUILT_IN) : BUILT_IN);

function isFitToApprove(checks) {
  const isByVendor = (type) => checks.some((check) => typeOf(check) === type && providerOf(check) !== BUILT_IN);
  return Array.isArray(checks) && BEFORE_APPROVAL.every(isByVendor);
}

function checkEach(list, known, pointer, detail, refuse) {
  if (!Array.isArray(list)) return refuse(pointer, 'Is not a list');
  list.forEach((value, index) => {
    if (!known.includes(value)) refuse(`${pointer}/${index}`, detail);
  });
}

/** What a body says of a level; what is null was not said. @throws 422 with a pointer for each member that no level may have */
function readSpec(body) {
  const given = Object.entries(body).filter(([name, value]) => Object.hasOwn(RULES, name) && value !== null);
  const spec = Object.fromEntries(given);
  const errors = [];
  const refuse = (pointer, detail) => errors.push({ pointer, detail });
  RULES.required(spec.required, refuse);
  for (const name of Object.keys(spec)) if (name !== 'required') RULES[name](spec[name], refuse, spec);
  if (errors.length > 0) fail(422, 'validation_failed', 'The level is not valid.', { errors });
  return spec;
}

module.exports = { MOST_RESUBMISSIONS, readSpec };
