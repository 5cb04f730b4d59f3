// npm install react-pelm-connect
import { useConnect, Config } from 'react-pelm-connect';

export function ConnectYourUtility({ connectToken }: { connectToken: string }) {
  const config: Config = {
    environment: 'development', // loads http://localhost:8080/initialize.js
    connectToken,               // from your server, see “Your server”
    onSuccess: (authorizationCode) => sendToYourServer(authorizationCode),
    onExit: (status, metadata) => console.log(status, metadata),
  };
  const { open, ready } = useConnect(config);
  return <button disabled={!ready} onClick={() => open()}>Connect your utility</button>;
}
