// A company's React app with the npm package, written as careless as real ones: a new config object
// on every render, an empty token until the real one has come, and all of it under StrictMode.
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ConnectButton, useConnect } from 'react-pelm-connect';

const parameters = new URLSearchParams(location.search);

async function post(path: string, values: Record<string, string>) {
  return (await fetch(path, { method: 'POST', body: new URLSearchParams(values) })).json();
}

function App() {
  const [connectToken, setConnectToken] = useState('');
  const [outcome, setOutcome] = useState<string[]>([]);
  const [ticks, setTicks] = useState(0);
  useEffect(() => {
    post('/connect-token', { user_id: parameters.get('user') ?? '' }).then((answer) => setConnectToken(answer.connect_token));
  }, []);
  const config = {
    environment: 'development',
    connectToken,
    onSuccess: async (code: string) => {
      const { accounts } = await post('/authorization', { code });
      setOutcome((lines) => [...lines, `linked ${accounts.map((a: { account_number: string }) => a.account_number).join(' ')}`]);
    },
    onExit: (status: string, metadata: object) => setOutcome((lines) => [...lines, `${status} ${JSON.stringify(metadata)}`]),
  };
  const { open, ready, error, exit } = useConnect(config);
  // For the test: another render, and the hook's own exit, while the modal is open.
  Object.assign(window, { render: () => setTicks((n) => n + 1), exitConnect: exit });
  return (
    <>
      <h1>Northwind Solar</h1>
      <button type="button" disabled={!ready || !connectToken} onClick={() => open()}>
        Link by the hook
      </button>
      {connectToken && <ConnectButton config={config} />}
      <p>Renders asked for: {ticks}</p>
      {error && <p>The script did not load.</p>}
      <ul aria-label="Outcomes">
        {outcome.map((line, i) => (
          <li key={i}>{line}</li>
        ))}
      </ul>
    </>
  );
}

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
