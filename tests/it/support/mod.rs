//! What the tests stand on: the whole router over a real store in a temporary folder.

mod http;
mod server;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use connect::web::{Web, router};
use connect_core::clock::SystemClock;
use connect_core::connector::Connector;
use connect_core::directory::Directory;
use connect_core::origin::Origin;
use connect_core::secret::Secret;
use connect_core::token::{Environment, Token, TokenKind};
use connect_core::vault::Keyring;
use connect_sandbox::SandboxConnector;
use connect_server::bootstrap::SandboxClient;
use connect_server::service::{Service, Settings};
use connect_server::worker::{Secrets, Worker, together};
use connect_sqlite::SqliteStore;
use leptos::config::LeptosOptions;
use tempfile::TempDir;

pub use http::{Answer, Call, call, get, post};
pub use server::{Home, Running};

/// Number of Pacific Gas and Electric.
pub const PGE: u32 = 1;
/// Number of Cherokee Electric Cooperative, which cannot be linked.
pub const CHEROKEE: u32 = 8;

/// The loader of the site that the tests serve.
pub const LOADER: &str = "window.PelmConnect = 'loader';\n";

/// The server without its process.
pub struct Site {
    pub router: Router,
    pub service: Arc<Service>,
    pub worker: Arc<Worker>,
    pub store: Arc<SqliteStore>,
    pub ring: Keyring,
    pub company: SandboxClient,
    dir: TempDir,
}

impl Site {
    /// With the sandbox.
    pub async fn start() -> Self {
        Self::with(Arc::new(SandboxConnector::new()), true).await
    }

    /// With a connector of the test's own, with or without the quickstart.
    pub async fn with(connector: Arc<dyn Connector>, quickstart: bool) -> Self {
        Self::build(vec![connector], quickstart, false).await
    }

    /// With connectors of the test's own.
    pub async fn with_all(connectors: Vec<Arc<dyn Connector>>) -> Self {
        Self::build(connectors, true, false).await
    }

    /// As browsers reach it by https.
    pub async fn secure() -> Self {
        Self::build(vec![Arc::new(SandboxConnector::new())], true, true).await
    }

    async fn build(connectors: Vec<Arc<dyn Connector>>, quickstart: bool, secure: bool) -> Self {
        // Another test of this process may have done it.
        let _ = any_spawner::Executor::init_tokio();
        let dir = tempfile::tempdir().unwrap();
        let site = dir.path().join("site");
        make_site(&site);
        std::fs::create_dir(dir.path().join("data")).unwrap();
        let ring = Keyring::generate().unwrap();
        let secrets = Secrets::new([7; 32].into(), &ring).unwrap();
        let store = Arc::new(SqliteStore::open(&dir.path().join("data/connect.db")).unwrap());
        let (service, worker) = together(
            store.clone(),
            secrets,
            Arc::new(SystemClock),
            Directory::embedded().unwrap(),
            connectors,
            Settings::default(),
        );
        let service =
            Arc::new(service.drawing(Box::new(|page| connect::pages::draw(page, "http://localhost:8080"))));
        let (id, secret) = service.register_client("Northwind Solar", Environment::Sandbox).await.unwrap();
        // Where the tests' pages are.
        for origin in ["https://app.example", "https://a.example"] {
            service.add_origin(id, Origin::parse(origin).unwrap()).await.unwrap();
        }
        let company = SandboxClient { id: id.to_string(), secret };
        let options = LeptosOptions::builder()
            .output_name("connect")
            .site_root(site.to_str().unwrap())
            .site_pkg_dir("pkg")
            .build();
        let web = Web::new(service.clone(), options, quickstart.then(|| company.clone()), secure);
        Self { router: router(web), service, worker, store, ring, company, dir }
    }

    /// Sends a request.
    pub async fn send(&self, call: Call) -> Answer {
        http::send(self.router.clone(), call).await
    }

    /// A connect token of the company, over the API.
    pub async fn connect_token(&self, user_id: &str) -> Secret {
        let call = post("/auth/connect-token").by(&self.company).form(&[("user_id", user_id)]);
        Secret::new(self.send(call).await.json()["connect_token"].as_str().unwrap())
    }

    /// Every byte of the database's files.
    pub fn database(&self) -> Vec<(String, Vec<u8>)> {
        let files = std::fs::read_dir(self.dir.path().join("data")).unwrap().map(|f| f.unwrap().path());
        files.map(|f| (f.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(f).unwrap())).collect()
    }
}

/// A site as the build leaves it, with next to nothing in it.
pub fn make_site(root: &Path) {
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    for (file, text) in [
        ("initialize.js", LOADER),
        ("frame.js", "// frame\n"),
        ("start.js", "// start\n"),
        ("quickstart.css", "/* css */\n"),
        ("design.css", "/* css */\n"),
        ("docs.css", "/* css */\n"),
        ("docs-parts.css", "/* css */\n"),
        ("back.css", "/* css */\n"),
        ("close.js", "// js\n"),
        ("favicon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>\n"),
        ("pkg/connect.js", "// glue\n"),
        ("pkg/connect.css", "/* css */\n"),
        ("pkg/connect.wasm", "\0asm"),
        ("unlisted.txt", "not for the web\n"),
    ] {
        std::fs::write(root.join(file), text).unwrap();
    }
}

/// The public handle of a connect token.
pub fn handle(token: &Secret) -> String {
    Token::parse(TokenKind::Connect, token.expose()).unwrap().handle().unwrap().as_str().to_owned()
}
