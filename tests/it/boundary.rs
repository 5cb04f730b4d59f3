//! The boundary between the process that serves the web and the one that can open utility logins.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use connect_core::store::VaultStore;
use connect_core::vault::{Keyring, Kind, Purpose};
use connect_sqlite::SqliteStore;

use crate::support::{Home, Running};

fn kill(pid: u32, signal: &str) {
    assert!(Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status().unwrap().success());
}

/// The environment of a process; `None` where it keeps to itself, as it should, and this is not root.
fn environment(pid: u32) -> Option<String> {
    let bytes = fs::read(format!("/proc/{pid}/environ")).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A keyring as `connect keys new` prints it.
fn keyring(home: &Home) -> String {
    let (good, out, err) = home.run(&["keys", "new"]);
    assert!(good, "{err}");
    out.lines().find(|line| line.starts_with("1:")).unwrap().to_owned()
}

#[test]
fn a_master_key_in_the_environment_is_in_the_connectors_process_alone() {
    let home = Home::new();
    let key = keyring(&home);
    let server = home.start(&[("CONNECT_MASTER_KEY", &key)]);
    if let (Some(web), Some(connectors)) = (environment(server.pid()), environment(server.connectors())) {
        assert!(!web.contains("MASTER_KEY"));
        assert!(connectors.contains(&key));
    }
    assert!(!home.path("data/master.key").exists());
    assert!(server.get("/healthz").ends_with("ok"));
    server.stop("TERM");
    // Another key is refused; the right one is not needed in a file.
    let other = keyring(&home);
    let said = home.refuses(&[("CONNECT_MASTER_KEY", &other)]);
    assert!(said.contains("version 1") && said.contains("put the right key back"), "{said}");
    home.start(&[("CONNECT_MASTER_KEY", &key)]);
}

/// What it can seal it could open: were it given the keys of credentials, its items would tell.
#[tokio::test]
async fn what_the_web_process_seals_is_under_the_keys_of_documents() {
    let home = Home::new();
    let server = home.start(&[]);
    let file = home.read("data/sandbox-client.env");
    let value = |name: &str| file.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    let body = "user_id=u";
    let answer = server.send(&format!(
        "POST /auth/connect-token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nPelm-Client-Id: {}\r\n\
         Pelm-Secret: {}\r\nIdempotency-Key: once\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        value("PELM_CLIENT_ID="),
        value("PELM_SECRET="),
        body.len(),
    ));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.stop("TERM");
    let ring = Keyring::parse(&fs::read(home.path("data/master.key")).unwrap()).unwrap();
    let store = SqliteStore::open(&home.path("data/connect.db")).unwrap();
    let items = store.sealed_items(Kind::Answer, u32::MAX, None, 10).await.unwrap();
    assert_eq!(items.len(), 1);
    ring.vault(Purpose::Documents).unwrap().open(&items[0].context, &items[0].sealed).unwrap();
}

#[test]
fn neither_process_leaves_its_memory_on_the_disk() {
    let home = Home::new();
    let server = home.start(&[]);
    for pid in [server.pid(), server.connectors()] {
        let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
        // Not dumpable: its files in /proc are root's, so a debugger of the same user gets nothing.
        let owner = fs::metadata(format!("/proc/{pid}/environ")).unwrap().uid();
        assert_eq!(owner, 0);
    }
}

/// Where the system can (Landlock), the web's process is confined; where not, it says so.
#[test]
fn the_web_process_is_confined_or_says_that_it_is_not() {
    let home = Home::new();
    let server = home.start(&[("CONNECT_LOG", "warn")]);
    let (_, said) = server.stop("TERM");
    // What this machine's kernel can do is tried out for itself, in the test of the confinement.
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = kernel.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap(), numbers.next().unwrap());
    if version >= (6, 7)
        && fs::read_to_string("/sys/kernel/security/lsm").is_ok_and(|lsm| lsm.contains("landlock"))
    {
        assert_eq!(said, "");
    } else {
        assert!(said.is_empty() || said.contains("cannot shut the web's process off"), "{said}");
    }
}

#[test]
fn each_process_ends_with_the_other() {
    let start = || -> (Home, Running) {
        let home = Home::new();
        let server = home.start(&[]);
        (home, server)
    };
    let (_home, server) = start();
    kill(server.connectors(), "KILL");
    let (status, said) = server.ended();
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("The process of the connectors has ended"), "{said}");

    let (_home, server) = start();
    kill(server.pid(), "KILL");
    // Its standard error is the same pipe: the end of that is the end of both.
    let (_, said) = server.ended();
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn the_two_halves_are_no_commands() {
    let home = Home::new();
    for half in ["web-process", "connectors-process"] {
        let (good, out, err) = home.run(&[half]);
        assert!(out.is_empty() && !err.contains("panicked"), "{out}{err}");
        assert!(!good && err.lines().count() == 1, "{half}: {err}");
        assert!(!home.path("data").exists());
    }
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let home = Home::new();
    home.start(&[]).stop("TERM");
    home.set_mode("data/master.key", 0o644);
    let said = home.refuses(&[]);
    assert!(said.contains("master.key") && said.contains("chmod 600"), "{said}");
}

/// Beside the server that serves, by another process: the new key is taken up, nothing is lost, and the old one goes.
#[test]
fn the_master_key_is_rotated_while_the_server_runs() {
    let home = Home::new();
    let server = home.start(&[]);
    let (good, out, err) = home.run(&["keys", "rotate"]);
    assert!(good && out.contains("are sealed under version 2 now"), "{out}{err}");
    let (good, out, err) = home.run(&["keys", "status"]);
    assert!(good && out.contains("version 2 of ") && out.contains(", current"), "{out}{err}");
    assert!(
        out.lines().skip_while(|line| !line.starts_with("version 2")).any(|line| line.contains("service secret")),
        "{out}"
    );
    assert_eq!(home.mode("data/master.key"), 0o600);
    // Too soon for a server that may not have heard of it.
    let (good, _, err) = home.run(&["keys", "retire", "1"]);
    assert!(!good && err.contains("60 seconds"), "{err}");
    assert!(server.get("/healthz").ends_with("ok"));
    server.stop("TERM");
    let again = home.start(&[]);
    assert!(again.get("/healthz").ends_with("ok"));
}

/// Two rotations at once would each make a key, and one of them be lost with everything under it.
#[test]
fn one_rotation_runs_at_a_time() {
    let home = Home::new();
    let _server = home.start(&[]);
    let lock = fs::File::create(home.path("data/keys.lock")).unwrap();
    lock.lock().unwrap();
    let before = fs::read(home.path("data/master.key")).unwrap();
    for arguments in [&["keys", "rotate"][..], &["keys", "retire", "1"]] {
        let (good, out, err) = home.run(arguments);
        assert!(!good && out.is_empty() && err.contains("Another rotation is running"), "{out}{err}");
    }
    assert_eq!(fs::read(home.path("data/master.key")).unwrap(), before);
}

/// Who sends half a request and keeps the line must not keep the server, nor what it still has to write.
#[test]
fn half_a_request_does_not_hold_up_a_stop() {
    use std::io::Write;
    let home = Home::new();
    let server = home.start(&[]);
    let mut half = std::net::TcpStream::connect(server.address).unwrap();
    half.write_all(b"GET /healthz HTTP/1.1\r\nHo").unwrap();
    server.get("/healthz");
    let (status, said) = server.stop("TERM");
    assert_eq!(status.code(), Some(0), "{said}");
    let (_, log, _) = home.run(&["audit", "list"]);
    assert!(log.contains("service_stopped"), "{log}");
}
