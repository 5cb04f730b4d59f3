//! What a confined process can still do: read the site, use the database, and nothing else.
#![cfg(target_os = "linux")]

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::net::{TcpListener, TcpStream};

use connect_server::process::{Confined, confine};

/// In a thread of its own: the confinement holds for it and for what it starts.
#[test]
fn a_confined_process_reads_no_key_and_makes_no_connection() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("site")).unwrap();
    for file in ["site/page.html", "connect.db", "master.key"] {
        fs::write(at(file), b"x").unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let done = std::thread::spawn({
        let (site, database, key, new) = (at("site"), at("connect.db"), at("master.key"), at("site/new"));
        move || {
            let how = confine(&[&site], std::slice::from_ref(&database)).unwrap();
            if how == Confined::Not {
                let modules = fs::read_to_string("/sys/kernel/security/lsm").unwrap_or_default();
                assert!(!modules.contains("landlock"), "this kernel could confine it");
                return;
            }
            assert_eq!(fs::read(site.join("page.html")).unwrap(), b"x");
            OpenOptions::new().read(true).write(true).open(&database).unwrap().write_all(b"y").unwrap();
            let denied = |error: std::io::Error| assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
            denied(fs::read(&key).unwrap_err());
            denied(File::create(&new).unwrap_err());
            denied(fs::read("/etc/hosts").unwrap_err());
            denied(fs::remove_file(&database).unwrap_err());
            if how == Confined::Fully {
                denied(TcpStream::connect(address).unwrap_err());
                denied(TcpListener::bind("127.0.0.1:0").unwrap_err());
            }
            // Nor by a program that it starts, nor by looking into another process.
            denied(std::process::Command::new("/bin/cat").arg(&key).output().unwrap_err());
            denied(File::open("/proc/1/mem").unwrap_err());
        }
    });
    done.join().unwrap();
    assert_eq!(fs::read(at("master.key")).unwrap(), b"x", "only that thread is confined");
}
