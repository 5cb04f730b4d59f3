//! The program in a process of its own, in a folder of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use tempfile::TempDir;

use super::make_site;

/// A folder with everything that the program needs to start.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        make_site(&dir.path().join("target/site"));
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("Leptos.toml");
        fs::copy(shipped, dir.path().join("Leptos.toml")).unwrap();
        Self(dir)
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(file), bytes).unwrap();
    }

    /// Replaces a text of the configuration.
    pub fn configure(&self, from: &str, to: &str) {
        let text = self.read("Leptos.toml");
        assert!(text.contains(from), "{from}");
        self.write("Leptos.toml", text.replace(from, to));
    }

    /// Permissions of a file.
    pub fn mode(&self, file: &str) -> u32 {
        fs::metadata(self.path(file)).unwrap().permissions().mode() & 0o7777
    }

    pub fn set_mode(&self, file: &str, mode: u32) {
        fs::set_permissions(self.path(file), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Every file and folder with its permissions and contents: equal before and after when
    /// nothing was changed.
    pub fn contents(&self) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
        fn add(folder: &Path, all: &mut BTreeMap<PathBuf, (u32, Vec<u8>)>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let mode = fs::metadata(&path).unwrap().permissions().mode();
                if path.is_dir() {
                    add(&path, all);
                    all.insert(path, (mode, Vec::new()));
                } else {
                    let bytes = fs::read(&path).unwrap();
                    all.insert(path, (mode, bytes));
                }
            }
        }
        let mut all = BTreeMap::new();
        add(self.0.path(), &mut all);
        all
    }

    fn command(&self, env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connect"));
        command
            .current_dir(self.0.path())
            // Nothing of the surroundings, where cargo has set options of the build.
            .env_clear()
            .env("LEPTOS_SITE_ADDR", "127.0.0.1:0")
            // A panic would show.
            .env("RUST_BACKTRACE", "1")
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end: whether it went well, and what it said.
    pub fn run(&self, arguments: &[&str]) -> (bool, String, String) {
        let output = self.command(&[]).args(arguments).stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }

    /// Starts the program and waits until it serves.
    pub fn start(&self, env: &[(&str, &str)]) -> Running {
        let mut child = self.command(env).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        loop {
            let mut line = String::new();
            let read = stdout.read_line(&mut line).unwrap();
            if read == 0 {
                let mut said = String::new();
                child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                panic!("it does not start: {said}");
            }
            greeting += &line;
            if line.contains("Ctrl-C") {
                break;
            }
        }
        let url = greeting.lines().next().unwrap().rsplit_once("http://").unwrap().1;
        let port = url.rsplit_once(':').unwrap().1.trim().parse().unwrap();
        Running { child, address: SocketAddr::from(([127, 0, 0, 1], port)), greeting }
    }

    /// Starts the program, which must refuse to: with exit code 1, one sentence, and nothing
    /// made or changed. The sentence.
    #[track_caller]
    pub fn refuses(&self, env: &[(&str, &str)]) -> String {
        let before = self.contents();
        let mut child = self.command(env).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if !line.is_empty() {
            child.kill().unwrap();
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(line, "", "it starts, or says something on stdout");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert_eq!(said.lines().count(), 1, "not one line: {said}");
        let sentence = said.trim_end().to_owned();
        assert!(sentence.ends_with('.') && sentence.contains(' '), "not a sentence: {sentence}");
        for of_a_programmer in ["panicked", "Error", "Err(", "Some(", "Os {", "unwrap", ".rs:"] {
            assert!(!sentence.contains(of_a_programmer), "not plain: {sentence}");
        }
        let after = self.contents();
        let files = |all: &BTreeMap<PathBuf, _>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(files(&after), files(&before), "something was made or removed: {sentence}");
        let changed = after.iter().find(|(file, now)| before.get(*file) != Some(*now));
        assert_eq!(changed.map(|(file, _)| file), None, "something was changed: {sentence}");
        sentence
    }
}

/// The program while it serves.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    /// What it said at the start.
    pub greeting: String,
}

impl Running {
    /// The answer to a request, as it comes over the wire.
    pub fn send(&self, request: &str) -> String {
        let mut socket = TcpStream::connect(self.address).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The same for what is no text: the body of the answer, which must be a success.
    pub fn post(&self, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
            body.len()
        );
        let mut socket = TcpStream::connect(self.address).unwrap();
        socket.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
        let body = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap() + 4;
        answer.split_off(body)
    }

    pub fn get(&self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
    }

    /// The web's process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The connectors' process.
    pub fn connectors(&self) -> u32 {
        let children = format!("/proc/{0}/task/{0}/children", self.child.id());
        fs::read_to_string(children).unwrap().trim().parse().unwrap()
    }

    /// Waits for the end; the status, and what it said on stderr.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap(), said)
    }

    /// Sends a signal by name and waits for the end; the status, and what it said on stderr.
    pub fn stop(mut self, signal: &str) -> (ExitStatus, String) {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or a test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
