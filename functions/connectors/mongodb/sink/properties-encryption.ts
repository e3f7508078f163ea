import { boolean, password, text } from '../../../connect/properties.ts';

const group = 'Encryption';

/** Client-side field level encryption with a local master key; these are not per topic. */
export const encryptionProperties = {
  'csfle.enabled': boolean({
    group,
    importance: 'medium',
    description:
      'Whether fields are encrypted before they are sent. Needs the package mongodb-client-encryption; without it the start is refused.',
    default: 'false',
  }),
  'csfle.key.vault.namespace': text({
    group,
    importance: 'medium',
    description: 'Namespace of the data keys.',
    default: '',
  }),
  'csfle.local.master.key': password({
    group,
    importance: 'medium',
    description: 'Master key, 96 bytes in Base64.',
    default: '',
  }),
  'csfle.schema.map': text({
    group,
    importance: 'medium',
    description: 'JSON object of namespaces and the JSON Schemas that say which of their fields are encrypted.',
    default: '',
  }),
  'csfle.bypass.query.analysis': boolean({
    group,
    importance: 'low',
    description: 'Accepted for compatibility and without effect, as in the peer: with it nothing would be encrypted.',
    default: 'true',
  }),
};
