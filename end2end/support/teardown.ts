import { rm } from 'node:fs/promises';

/** Removes the server's data directory. */
export default async function teardown() {
  await rm(process.env.CONNECT_E2E_DATA!, { recursive: true, force: true });
}
