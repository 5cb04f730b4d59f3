//! The commands beside the server.

use crate::support::Home;

fn sample(name: &str) -> String {
    format!("{}/crates/greenbutton/tests/samples/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_green_button_file_is_shown() {
    let home = Home::new();
    let (good, out, _) = home.run(&["greenbutton", "inspect", &sample("test_usage_data.xml")]);
    assert!(good && out.contains("1391.666 kWh"), "{out}");
}

#[test]
fn what_is_no_green_button_file_is_said_in_a_sentence() {
    let home = Home::new();
    home.write("notes.txt", "not a Green Button file");
    for file in ["missing.xml", "notes.txt"] {
        let (good, out, err) = home.run(&["greenbutton", "inspect", file]);
        assert!(!good && out.is_empty(), "{out}");
        assert!(err.starts_with(&format!("{file} could not be read: ")) && err.lines().count() == 1, "{err}");
    }
}

#[test]
fn a_utility_is_switched_off_and_on_while_the_server_runs() {
    let home = Home::new();
    let (good, _, err) = home.run(&["utility", "list"]);
    assert!(!good && err.contains("start the server once"), "{err}");
    let server = home.start(&[]);
    let status = || {
        let answer = server.get("/utilities");
        let row = answer.split("\"slug\":\"pge\"").nth(1).unwrap();
        row.split("\"status\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_eq!(status(), "sandbox");
    let (good, out, err) = home.run(&["utility", "off", "pge", "their login page changed"]);
    assert!(good && out.contains("Pacific Gas and Electric is off"), "{out}{err}");
    assert_eq!(status(), "maintenance");
    assert_eq!(home.run(&["utility", "list"]).1, "pge\ttheir login page changed\n");
    assert!(home.run(&["utility", "on", "pge"]).0);
    assert_eq!(status(), "sandbox");
    let (good, _, err) = home.run(&["utility", "off", "no-such"]);
    assert!(!good && err.contains("no-such"), "{err}");
}

/// The lines of `connect audit list` with these arguments.
fn audit(home: &Home, arguments: &[&str]) -> Vec<serde_json::Value> {
    let (good, out, err) = home.run(&[&["audit", "list"], arguments].concat());
    assert!(good, "{err}");
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_audit_log_is_listed_and_verified_and_an_edit_is_named() {
    let home = Home::new();
    let (good, _, err) = home.run(&["audit", "verify"]);
    assert!(!good && err.contains("start the server once"), "{err}");
    let server = home.start(&[]);
    for id in ["0199a000-0000-7000-8000-000000000001", "x"] {
        let headers = format!("Pelm-Client-Id: {id}\r\nPelm-Secret: s");
        let request =
            format!("GET /accounts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n");
        assert!(server.send(&request).starts_with("HTTP/1.1 401"));
    }
    // Beside the server.
    assert!(home.run(&["utility", "off", "pge", "a reason of their own"]).0);
    server.stop("TERM");

    let log = audit(&home, &[]);
    let kinds: Vec<_> = log.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["service_started", "admin_utility_off", "client_refused", "service_stopped"]);
    assert!((1..).zip(&log).all(|(n, line)| line["sequence"] == n), "{log:?}");
    assert_eq!((&log[2]["address"], &log[2]["count"]), (&"127.0.0.1".into(), &2.into()));
    let text = format!("{log:?}");
    assert!(log[1]["actor"].as_str().unwrap().starts_with("operator") && !text.contains("a reason"), "{text}");
    assert_eq!(audit(&home, &["--kind", "client_refused"]), [log[2].clone()]);
    assert_eq!(audit(&home, &["--client", "0199a000-0000-7000-8000-000000000001"]).len(), 0);
    assert_eq!(audit(&home, &["--since", log[3]["at"].as_str().unwrap()]), [log[3].clone()]);
    assert_eq!(audit(&home, &["--since", "2026-03-01"]), log);
    for bad in [["--kind", "client"], ["--since", "yesterday"], ["--client", "x"]] {
        assert!(!home.run(&[&["audit", "list"], &bad[..]].concat()).0, "{bad:?}");
    }

    let (good, out, err) = home.run(&["audit", "verify"]);
    assert!(good && out.contains("whole: 4 records"), "{out}{err}");
    let head = out.lines().nth(1).unwrap().to_owned();
    assert!(home.run(&["audit", "verify", "--expect", &head]).0);
    let edit = |sql: &str| {
        let db = rusqlite::Connection::open(home.path("data/connect.db")).unwrap();
        db.execute_batch(&format!(
            "DROP TRIGGER IF EXISTS audit_log_no_update; DROP TRIGGER IF EXISTS audit_log_no_delete; {sql}"
        ))
        .unwrap();
    };
    edit("DELETE FROM audit_log WHERE sequence = 4");
    assert!(home.run(&["audit", "verify"]).0, "by itself a cut-off tail is not seen");
    let (good, out, err) = home.run(&["audit", "verify", "--expect", &head]);
    assert!(!good && out.is_empty() && err.contains("record 4 is missing") && err.lines().count() == 1, "{err}");
    edit("UPDATE audit_log SET entry = replace(entry, '127.0.0.1', '192.0.2.9') WHERE sequence = 3");
    let (good, _, err) = home.run(&["audit", "verify"]);
    assert!(!good && err.contains("record 3 is not the one that was written there"), "{err}");
    edit("UPDATE audit_log SET entry = 'no JSON' WHERE sequence = 2");
    assert_eq!(audit(&home, &[])[1], serde_json::json!({ "sequence": 2, "unreadable": "no JSON" }));
}

#[test]
fn an_unknown_command_is_refused_with_help() {
    let (good, out, err) = Home::new().run(&["sreve"]);
    assert!(!good && out.is_empty() && err.contains("Usage: connect"), "{err}");
}

/// The value of a line of a command's output.
fn value<'a>(out: &'a str, name: &str) -> &'a str {
    out.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap()
}

#[test]
fn clients_are_registered_and_their_secrets_changed_while_the_server_runs() {
    let home = Home::new();
    let (good, _, err) = home.run(&["client", "list"]);
    assert!(!good && err.contains("start the server once"), "{err}");
    let server = home.start(&[]);
    let (good, out, err) = home.run(&["client", "add", "Example Solar", "--production"]);
    assert!(good && err.contains("not shown again"), "{err}");
    let (id, first) = (value(&out, "PELM_CLIENT_ID").to_owned(), value(&out, "PELM_SECRET").to_owned());
    let signs_in = |secret: &str| {
        let body = "user_id=u";
        let answer = server.send(&format!(
            "POST /auth/connect-token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nPelm-Client-Id: {id}\r\n\
             Pelm-Secret: {secret}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len(),
        ));
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"cnt_live_ct_")
    };
    assert!(signs_in(&first));

    let (good, out, _) = home.run(&["client", "rotate-secret", &id]);
    let second = value(&out, "PELM_SECRET").to_owned();
    assert!(good && signs_in(&first) && signs_in(&second));
    let (good, out, err) = home.run(&["client", "rotate-secret", &id]);
    assert!(!good && out.is_empty() && err.contains("two secrets"), "{err}");
    assert!(home.run(&["client", "retire-secret", &id]).0);
    assert!(!signs_in(&first) && signs_in(&second));
    let (good, out, err) = home.run(&["client", "retire-secret", &id]);
    assert!(!good && out.is_empty() && err.contains("only one secret"), "{err}");
    let third = home.run(&["client", "rotate-secret", &id]).1;
    assert!(home.run(&["client", "retire-secret", &id, "--which", "newer"]).0);
    assert!(signs_in(&second) && !signs_in(value(&third, "PELM_SECRET")));

    let (_, list, _) = home.run(&["client", "list"]);
    assert_eq!(list.lines().count(), 2, "with the quickstart's: {list}");
    assert!(list.contains("Example Solar") && list.contains("production"), "{list}");
    assert!(!list.contains("cnt_"), "no secret is shown again: {list}");
}

#[test]
fn a_clients_origins_and_the_life_of_its_codes_are_set_and_shown() {
    let home = Home::new();
    let _server = home.start(&[]);
    let (_, out, _) = home.run(&["client", "add", "Example Solar"]);
    let id = value(&out, "PELM_CLIENT_ID").to_owned();
    let origins = |arguments: &[&str]| home.run(&[&["client", "origins", &id], arguments].concat());
    let (good, out, _) = origins(&["--add", "https://B.example", "--add", "https://a.example:8443"]);
    assert!(good);
    assert_eq!(out, "https://a.example:8443\nhttps://b.example\n");
    // One that is wrong, and nothing is written.
    for bad in ["http://b.example", "https://b.example/", "https://*.example", "b.example"] {
        let (good, out, err) = origins(&["--add", "https://c.example", "--add", bad]);
        assert!(!good && out.is_empty() && err.contains(bad) && err.lines().count() == 1, "{err}");
    }
    let (good, _, err) = origins(&["--remove", "https://c.example"]);
    assert!(!good && err.contains("not registered"), "{err}");
    assert_eq!(origins(&["--remove", "https://b.example:443"]).1, "https://a.example:8443\n");

    for (seconds, shown) in [("30", "code seconds: 30"), ("default", "code seconds: default")] {
        assert!(home.run(&["client", "code-seconds", &id, seconds]).0);
        let (_, list, _) = home.run(&["client", "list"]);
        let line = list.lines().find(|line| line.starts_with(&id)).unwrap();
        assert!(line.contains(shown) && line.contains("https://a.example:8443"), "{line}");
    }
    for bad in ["0", "601", "-1", "1.5", "soon"] {
        assert!(!home.run(&["client", "code-seconds", &id, bad]).0, "{bad}");
    }
    let nobody = "00000000-0000-0000-0000-000000000001";
    for arguments in [
        &["client", "rotate-secret", nobody][..],
        &["client", "retire-secret", nobody],
        &["client", "origins", nobody],
        &["client", "origins", nobody, "--add", "https://a.example"],
        &["client", "code-seconds", nobody, "5"],
    ] {
        let (good, out, err) = home.run(arguments);
        assert!(!good && out.is_empty() && err.contains("No client has this id"), "{arguments:?}: {err}");
    }
    for name in ["", "   ", "a\nb"] {
        assert!(!home.run(&["client", "add", name]).0, "{name:?}");
    }
}

#[test]
fn a_clients_name_and_theme_are_set_and_shown() {
    let home = Home::new();
    let server = home.start(&[]);
    let (_, out, _) = home.run(&["client", "add", "Example Solar"]);
    let id = value(&out, "PELM_CLIENT_ID").to_owned();
    let theme = |arguments: &[&str]| home.run(&[&["client", "theme", &id], arguments].concat());
    let (good, out, err) = theme(&[]);
    assert!(
        good && out
            == "brand\tdefault\nradius\tdefault\nscheme\tsystem\nlogo\tdefault\npreview\t/design?scheme=system\n",
        "{out}{err}"
    );
    // Nobody could read white on this yellow: it is said what is drawn instead.
    home.write("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    let (good, out, err) =
        theme(&["--brand", "#FFD400", "--radius", "4", "--scheme", "dark", "--logo", "logo.svg"]);
    assert!(good, "{err}");
    let lines: Vec<_> = out.lines().collect();
    assert_eq!((lines[0], lines[3], lines[4]), ("brand\t#ffd400", "radius\t4 px", "scheme\tdark"), "{out}");
    assert!(lines[1].starts_with("  on light\t#") && !lines[1].contains("#ffd400"), "{out}");
    assert!(lines[2].starts_with("  on dark\t#ffd400\tcontrast 1"), "{out}");
    let preview = lines[6].strip_prefix("preview\t").unwrap();
    assert_eq!(preview, "/design?scheme=dark&brand=%23ffd400&radius=4");
    assert!(server.get(preview).contains("value=\"#ffd400\""), "{preview}");
    let logo = lines[5].strip_prefix("logo\t").unwrap().to_owned();
    assert!(server.get(&logo).contains("<svg"), "{logo}");
    // One thing is changed, the rest stays.
    let (_, out, _) = theme(&["--brand", "default", "--no-logo"]);
    assert_eq!(
        out,
        "brand\tdefault\nradius\t4 px\nscheme\tdark\nlogo\tdefault\npreview\t/design?scheme=dark&radius=4\n"
    );
    assert!(server.get(&logo).starts_with("HTTP/1.1 404"));

    home.write("logo.gif", "GIF89a");
    for (arguments, says) in [
        (["--brand", "red"], "six digits"),
        (["--radius", "25"], "from 0 to 24"),
        (["--scheme", "neon"], "system, light, dark"),
        (["--logo", "logo.gif"], "not a PNG, WebP or SVG"),
        (["--logo", "missing.png"], "missing.png cannot be read"),
    ] {
        let (good, _, err) = theme(&arguments);
        assert!(!good && err.contains(says), "{arguments:?}: {err}");
    }
    assert_eq!(theme(&[]).1, out, "nothing was changed");

    let terms = |arguments: &[&str]| home.run(&[&["client", "terms", &id], arguments].concat());
    assert_eq!(terms(&[]).1, "none\n");
    assert_eq!(terms(&["https://example.com/terms?v=2"]).1, "https://example.com/terms?v=2\n");
    for bad in ["javascript:alert(1)", "http://example.com/terms", "https://example.com/#terms", "terms"] {
        let (good, _, err) = terms(&[bad]);
        assert!(!good && err.contains(bad), "{bad}: {err}");
    }
    assert_eq!(terms(&[]).1, "https://example.com/terms?v=2\n", "nothing was changed");
    assert_eq!(terms(&["none"]).1, "none\n");

    let (good, out, _) = home.run(&["client", "rename", &id, " Southwind "]);
    assert!(good && out.contains("Southwind"), "{out}");
    assert!(home.run(&["client", "list"]).1.contains("\tSouthwind\t"));
    let (good, _, err) = home.run(&["client", "rename", &id, " "]);
    assert!(!good && err.contains("1 to 100 characters"), "{err}");
    let (good, _, err) = home.run(&["client", "theme", "0199d7a0-0000-7000-8000-000000000000"]);
    assert!(!good && err.contains("No client has this id"), "{err}");
}
