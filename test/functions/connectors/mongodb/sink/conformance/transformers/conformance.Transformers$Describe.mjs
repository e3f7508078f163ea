/** Every value becomes `<field name>:<BSON type>:<property conformance.suffix, or null>`. */
export const createTransformer = (properties) => (name, value) =>
  `${name}:${typeOf(value)}:${properties['conformance.suffix'] ?? null}`;

function typeOf(value) {
  if (Array.isArray(value)) return 'ARRAY';
  return String(value?._bsontype ?? typeof value).toUpperCase();
}
