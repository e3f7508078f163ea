import type { ConnectionOptions } from 'node:tls';
import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';
import type { SASLOptions } from 'kafkajs';

/** How to log in to Kafka, in kafkajs's terms. */
export type KafkaAuth = { readonly ssl: ConnectionOptions | null; readonly sasl: SASLOptions | null };

export const NO_AUTH: KafkaAuth = { ssl: null, sasl: null };

/** Encrypted, with the certificate authorities that Node.js trusts (`NODE_EXTRA_CA_CERTS` adds one). */
export const TLS_AUTH: KafkaAuth = { ssl: {}, sasl: null };

/** MSK's SCRAM is SHA-512, and over TLS only. */
export const scramAuth = (username: string, password: string): KafkaAuth => ({
  ssl: {},
  sasl: { mechanism: 'scram-sha-512', username, password },
});

/** MSK's IAM login: a token from the SDK's default credential chain, made anew for every login and re-login (K16). */
export const iamAuth = (region: string): KafkaAuth => ({
  ssl: {},
  sasl: {
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => ({ value: (await generateAuthToken({ region })).token }),
  },
});
