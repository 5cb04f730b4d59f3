//! The program: how it starts, how it refuses to, how it stops.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::support::{Home, LOADER};

/// Starts it once, so that everything is there, and stops it.
fn used() -> Home {
    let home = Home::new();
    let server = home.start(&[]);
    server.get("/healthz");
    let (status, said) = server.stop("TERM");
    assert_eq!(status.code(), Some(0), "{said}");
    home
}

#[test]
fn a_first_start_makes_what_is_missing_and_says_where_to_go() {
    let home = Home::new();
    let server = home.start(&[]);
    let url = format!("http://localhost:{}", server.address.port());
    assert_eq!(server.greeting.lines().next(), Some(&*format!("Connect is running at {url}")));
    assert!(server.greeting.contains("user@pelm.com / password"));
    assert!(server.greeting.contains("data/sandbox-client.env"));
    assert!(server.get("/healthz").ends_with("\r\n\r\nok"));
    assert!(server.get("/initialize.js").ends_with(LOADER));
    for file in ["data/connect.db", "data/master.key", "data/sandbox-client.env"] {
        assert!(home.path(file).is_file(), "{file}");
    }
}

#[test]
fn what_it_makes_is_for_its_owner_alone() {
    let home = Home::new();
    let _server = home.start(&[]);
    assert_eq!(home.mode("data"), 0o700);
    for entry in std::fs::read_dir(home.path("data")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert_eq!(home.mode(&format!("data/{name}")), 0o600, "{name}");
    }
}

#[test]
fn greeting_and_log_of_a_start_show_no_secret() {
    let home = Home::new();
    let server = home.start(&[("CONNECT_LOG", "trace")]);
    let file = home.read("data/sandbox-client.env");
    let secret = file.lines().find_map(|l| l.strip_prefix("PELM_SECRET=")).unwrap();
    assert!(!server.greeting.contains(secret));
    server.get("/healthz");
    let (_, said) = server.stop("TERM");
    assert!(!said.contains(secret) && said.contains("TRACE"), "{said}");
}

#[test]
fn a_second_start_finds_the_same_client_and_keys() {
    let home = used();
    let files = ["data/sandbox-client.env", "data/master.key"];
    let before = files.map(|f| std::fs::read(home.path(f)).unwrap());
    let server = home.start(&[]);
    assert_eq!(files.map(|f| std::fs::read(home.path(f)).unwrap()), before);
    let file = home.read("data/sandbox-client.env");
    let value = |name: &str| file.lines().find_map(|l| l.strip_prefix(name)).unwrap();
    let body = "user_id=u";
    let answer = server.send(&format!(
        "POST /auth/connect-token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nPelm-Client-Id: {}\r\n\
         Pelm-Secret: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        value("PELM_CLIENT_ID="),
        value("PELM_SECRET="),
        body.len(),
    ));
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"connect_token\":\"cnt_test_ct_"), "{answer}");
}

#[test]
fn a_client_file_that_the_database_does_not_know_is_replaced() {
    let home = used();
    let before = home.read("data/sandbox-client.env");
    home.write("data/sandbox-client.env", "nonsense\n");
    drop(home.start(&[]));
    let after = home.read("data/sandbox-client.env");
    assert!(after.contains("PELM_CLIENT_ID=") && after != before, "{after}");
    assert_eq!(home.mode("data/sandbox-client.env"), 0o600);
}

#[test]
fn without_the_quickstart_no_client_is_made() {
    let home = Home::new();
    let server = home.start(&[("CONNECT_QUICKSTART", "false")]);
    assert!(!home.path("data/sandbox-client.env").exists());
    assert!(server.get("/").starts_with("HTTP/1.1 404"));
}

#[test]
fn a_signal_ends_it_with_code_0() {
    for signal in ["TERM", "INT"] {
        let home = Home::new();
        let server = home.start(&[]);
        // A browser that keeps its connection must not keep the server.
        let mut idle = TcpStream::connect(server.address).unwrap();
        idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        idle.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        let (status, said) = server.stop(signal);
        assert_eq!(status.code(), Some(0), "{signal}: {said}");
        assert!(!home.path("data/connect.db-wal").exists(), "the database was not closed");
    }
}

/// Whoever waits for the greeting may stop it at once: the handlers must be there by then.
#[test]
fn a_signal_right_after_the_greeting_ends_it_with_code_0() {
    let (status, said) = Home::new().start(&[]).stop("TERM");
    assert_eq!(status.code(), Some(0), "{status}: {said}");
}

#[test]
fn a_taken_port_is_told_and_nothing_is_made() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let said = home.refuses(&[("LEPTOS_SITE_ADDR", &address.to_string())]);
    assert!(said.contains(&address.port().to_string()) && said.contains("taken"), "{said}");
    assert!(!home.path("data").exists());
}

#[test]
fn an_address_that_is_not_ours_is_told() {
    let said = Home::new().refuses(&[("LEPTOS_SITE_ADDR", "192.0.2.1:8080")]);
    assert!(said.contains("192.0.2.1:8080"), "{said}");
}

#[test]
fn a_configuration_that_is_not_right_is_told_and_nothing_is_made() {
    let cases: [(&str, &str, &str); 9] = [
        ("data-dir =", "data-dri =", "data-dri"),
        ("[connect]", "conect = 1\n[connect]", "conect"),
        ("site-root =", "site-rot =", "site-rot"),
        ("quickstart = true", "quickstart = \"yes\"", "line "),
        ("authorization-code-seconds = 60", "authorization-code-seconds = 6000", "600"),
        ("connect-token-seconds = 1800", "connect-token-seconds = -1", "line "),
        ("site-addr = \"127.0.0.1:8080\"", "site-addr = \"somewhere\"", "line "),
        ("data-dir = \"data\"", "data-dir = \"\"", "data-dir"),
        ("[connect]", "[connect", "line "),
    ];
    for (from, to, names) in cases {
        let home = Home::new();
        home.configure(from, to);
        let said = home.refuses(&[]);
        assert!(said.contains(names) && said.contains("Leptos.toml"), "{to}: {said}");
    }
}

#[test]
fn a_missing_configuration_is_told() {
    let home = Home::new();
    std::fs::remove_file(home.path("Leptos.toml")).unwrap();
    let said = home.refuses(&[]);
    assert!(said.contains("Leptos.toml"), "{said}");
    home.write("Leptos.toml", b"\xff\xfe");
    let said = home.refuses(&[]);
    assert!(said.contains("Leptos.toml"), "{said}");
}

#[test]
fn an_environment_that_is_not_right_is_told() {
    for (name, value) in [
        ("CONNECT_QUICKSTART", "maybe"),
        ("CONNECT_AUTHORIZATION_CODE_SECONDS", "soon"),
        ("CONNECT_AUTHORIZATION_CODE_SECONDS", "0"),
        ("CONNECT_CONNECT_TOKEN_SECONDS", "-5"),
        ("CONNECT_DATA_DIR", ""),
        ("LEPTOS_SITE_ADDR", "somewhere"),
        ("LEPTOS_RELOAD_PORT", "many"),
    ] {
        let said = Home::new().refuses(&[(name, value)]);
        let option = name.trim_start_matches("CONNECT_").trim_start_matches("LEPTOS_").to_lowercase();
        let plain = said.to_lowercase().replace('-', "_");
        assert!(plain.contains(&option), "{name}={value}: {said}");
    }
}

#[test]
fn a_site_that_was_not_built_is_told() {
    let home = Home::new();
    std::fs::remove_dir_all(home.path("target")).unwrap();
    let said = home.refuses(&[]);
    assert!(said.contains("make run"), "{said}");
}

#[test]
fn a_file_that_is_no_database_is_told_and_left_as_it_is() {
    let long = "this is not a database, although it has its name and is long enough to be one\n".repeat(40);
    for garbage in [&*long, "nonsense"] {
        let home = used();
        home.write("data/connect.db", garbage);
        // Somebody else's file, perhaps: its permissions are theirs as well.
        home.set_mode("data/connect.db", 0o644);
        let said = home.refuses(&[]);
        assert!(said.contains("connect.db"), "{said}");
    }
}

#[test]
fn a_database_that_is_not_a_file_is_told() {
    let home = used();
    std::fs::remove_file(home.path("data/connect.db")).unwrap();
    std::fs::create_dir(home.path("data/connect.db")).unwrap();
    let said = home.refuses(&[]);
    assert!(said.contains("connect.db"), "{said}");
}

#[test]
fn a_database_without_its_key_is_told_and_no_new_key_is_made() {
    let home = used();
    std::fs::remove_file(home.path("data/master.key")).unwrap();
    let said = home.refuses(&[]);
    assert!(said.contains("master.key") && said.contains("connect.db"), "{said}");
}

#[test]
fn a_key_that_is_none_is_told() {
    let home = used();
    home.write("data/master.key", "short");
    let said = home.refuses(&[]);
    assert!(said.contains("master.key") && said.contains("32"), "{said}");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_told() {
    let home = Home::new();
    for dir in ["Leptos.toml", "Leptos.toml/data"] {
        let said = home.refuses(&[("CONNECT_DATA_DIR", dir)]);
        assert!(said.contains(dir), "{said}");
    }
}
