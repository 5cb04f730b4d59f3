// The REST API as the company's server calls it, with the sandbox client's credentials.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

export const CONNECT = 'http://localhost:8080';

export type Account = { id: string; account_number: string; address: string; available_meter_types: string[] };
export type User = { id: string; utility: { id: number; full_name: string }; utility_username: string; credentials_valid: boolean };
export type Utility = { id: number; slug: string; name: string; states: string[]; status: string };

async function call(path: string, access?: string, form?: Record<string, string>): Promise<Response> {
  const { PELM_CLIENT_ID, PELM_SECRET } = parseEnv(readFileSync(join(process.env.CONNECT_E2E_DATA!, 'sandbox-client.env'), 'utf8'));
  return fetch(CONNECT + path, {
    method: form ? 'POST' : 'GET',
    headers: {
      'Pelm-Client-Id': PELM_CLIENT_ID!,
      'Pelm-Secret': PELM_SECRET!,
      ...(access && { Authorization: `Bearer ${access}` }),
    },
    body: form && new URLSearchParams(form),
  });
}

async function good<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer;
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export async function connectToken(user_id: string, more: { utility_slug?: string; utility_id?: string; language?: string } = {}): Promise<string> {
  const body = await good<{ connect_token: string }>(call('/auth/connect-token', undefined, { user_id, ...more }));
  return body.connect_token;
}

/** The access token for an authorization code. */
export async function exchange(code: string): Promise<string> {
  return (await good<{ access_token: string }>(call('/auth/token', undefined, { code }))).access_token;
}

/** The status and error code of an exchange that must fail. */
export async function refusedExchange(code: string): Promise<[number, string]> {
  const response = await call('/auth/token', undefined, { code });
  return [response.status, ((await response.json()) as { error_code: string }).error_code];
}

/** Any answer of the API, as it comes. */
export const read = (access: string, path: string) => call(path, access);

export const accounts = (access: string) => good<Account[]>(call('/accounts', access));
export const user = (access: string, id: string) => good<User>(call(`/users/${encodeURIComponent(id)}`, access));
export const outageRequests = () => good<{ user_id: string }[]>(call('/outage-requests'));
export const utilities = () => good<Utility[]>(call('/utilities'));
