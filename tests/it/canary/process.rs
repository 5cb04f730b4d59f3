//! The program itself, both processes, with everything logged: what it says, what lies in its folder, and
//! what others on the machine see of it.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::ErrorKind;

use connect::calls::Way;
use connect::calls::finish::Finish;
use connect::calls::go::Go;
use connect::calls::load::Load;
use connect::calls::select_utility::SelectUtility;
use connect::calls::submit_code::SubmitCode;
use connect::calls::submit_login::SubmitLogin;
use connect_wire::{FlowView, Hidden, Screen};
use leptos::server_fn::ServerFn;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::search::{Canary, contains};
use crate::support::{Home, PGE, Running};

const WRONG_PASSWORD: &str = "canary-WRONG-password-of-a-process-60f2";
const WRONG_CODE: &str = "canary-WRONG-code-of-a-process-b7e8";
/// A login of the sandbox that is asked for a code.
const USERNAME: &str = "mfa_sms";

fn ask<F: ServerFn + Serialize, T: DeserializeOwned>(server: &Running, arguments: &F) -> T {
    let body = postcard::to_allocvec(arguments).unwrap();
    postcard::from_bytes(&server.post(F::PATH, "Content-Type: application/x-postcard\r\n", &body)).unwrap()
}

fn json(server: &Running, path: &str, headers: &str, body: &str) -> serde_json::Value {
    let headers = format!("{headers}Content-Type: application/x-www-form-urlencoded\r\n");
    serde_json::from_slice(&server.post(path, &headers, body.as_bytes())).unwrap()
}

#[test]
fn a_link_leaves_no_secret_in_log_folder_arguments_or_environment() {
    let home = Home::new();
    let server = home.start(&[("CONNECT_LOG", "trace")]);
    let file = home.read("data/sandbox-client.env");
    let value = |name: &str| file.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    let (id, secret) = (value("PELM_CLIENT_ID="), value("PELM_SECRET="));
    let client = format!("Pelm-Client-Id: {id}\r\nPelm-Secret: {secret}\r\n");
    let made = json(&server, "/auth/connect-token", &client, "user_id=canary-user");
    let connect = made["connect_token"].as_str().unwrap().to_owned();

    let token = Hidden(connect.clone());
    let hidden = |text: &str| Hidden(text.to_owned());
    let mut view: FlowView = ask(&server, &Load { token: token.clone() });
    view = ask(&server, &Go { token: token.clone(), step: view.step, way: Way::On });
    view = ask(&server, &SelectUtility { token: token.clone(), step: view.step, utility: PGE });
    for password in [WRONG_PASSWORD, "password"] {
        let (username, password) = (hidden(USERNAME), hidden(password));
        view = ask(&server, &SubmitLogin { token: token.clone(), step: view.step, username, password });
    }
    for code in [WRONG_CODE, "123456"] {
        view = ask(&server, &SubmitCode { token: token.clone(), step: view.step, code: hidden(code) });
    }
    assert!(matches!(view.screen, Screen::Linked { .. }), "{view:?}");
    let code: Hidden = ask(&server, &Finish { token });
    let granted = json(&server, "/auth/token", &client, &format!("code={}", &*code.0));
    let granted = |name: &str| granted[name].as_str().unwrap().to_owned();

    let secret = [Canary::token("the client secret", &secret)];
    let canaries = [
        Canary::word("a wrong password", WRONG_PASSWORD),
        Canary::word("a wrong code", WRONG_CODE),
        Canary::token("the connect token", &connect),
        Canary::token("the authorization code", &code.0),
        Canary::token("the access token", &granted("access_token")),
        Canary::token("the refresh token", &granted("refresh_token")),
    ];
    let key = [Canary::key("the master key", &fs::read(home.path("data/master.key")).unwrap())];
    let all = || canaries.iter().chain(&secret).chain(&key);
    for pid in [server.pid(), server.connectors()] {
        for shown in ["cmdline", "environ"] {
            match fs::read(format!("/proc/{pid}/{shown}")) {
                Ok(bytes) => all().for_each(|canary| canary.must_not_be_in(shown, &bytes)),
                // The processes let nobody but root look into them.
                Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{shown}"),
            }
        }
    }
    let folder = || {
        let mut written = false;
        for (path, (_, bytes)) in home.contents() {
            written |= contains(&bytes, b"canary-user");
            let name = path.display().to_string();
            canaries.iter().for_each(|canary| canary.must_not_be_in(&name, &bytes));
            if !name.ends_with("sandbox-client.env") {
                secret[0].must_not_be_in(&name, &bytes);
            }
            if !name.ends_with("master.key") {
                key[0].must_not_be_in(&name, &bytes);
            }
        }
        assert!(written, "it is written");
    };
    folder();
    let greeting = server.greeting.clone();
    let (_, said) = server.stop("TERM");
    folder();
    // Of both processes: the web's answers, the connectors' login.
    assert!(said.contains("answered") && said.contains("login accepted") && said.contains("TRACE"));
    for said in [greeting, said] {
        all().for_each(|canary| canary.must_not_be_in("what it says", said.as_bytes()));
    }
}
