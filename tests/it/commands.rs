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

#[test]
fn an_unknown_command_is_refused_with_help() {
    let (good, out, err) = Home::new().run(&["sreve"]);
    assert!(!good && out.is_empty() && err.contains("Usage: connect"), "{err}");
}
