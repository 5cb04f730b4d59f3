//! A customer who goes through Connect, as the modal does it: every action with the step that
//! is on the screen.

use std::sync::Arc;

use connect_core::flow::Action;
use connect_core::secret::Secret;
use connect_core::token::{Token, TokenKind};
use connect_server::service::{RunError, Service};
use connect_wire::{CredentialsView, FlowView, PageKind, Screen};

#[derive(Clone)]
pub struct Customer {
    pub service: Arc<Service>,
    pub token: Secret,
    /// What is on the screen.
    pub view: FlowView,
}

impl Customer {
    pub async fn open(service: Arc<Service>, token: Secret) -> Self {
        let view = service.load(&token).await.unwrap();
        Self { service, token, view }
    }

    fn show(&mut self, view: Result<FlowView, RunError>) -> &Screen {
        self.view = view.unwrap();
        &self.view.screen
    }

    pub async fn reload(&mut self) -> &Screen {
        let view = self.service.load(&self.token).await;
        self.show(view)
    }

    pub async fn act(&mut self, action: Action) -> &Screen {
        let view = self.service.act(&self.token, self.view.step, action).await;
        self.show(view)
    }

    pub async fn select(&mut self, utility: u32) -> &Screen {
        let view = self.service.select(&self.token, self.view.step, utility).await;
        self.show(view)
    }

    /// From Welcome to the credentials of `utility`.
    pub async fn go_to_credentials(&mut self, utility: u32) {
        self.act(Action::Continue).await;
        let screen = self.select(utility).await;
        assert_eq!(credentials(screen).utility.id, utility);
    }

    /// Signs in, and shares every meter should there be several.
    pub async fn sign_in(&mut self, username: &str, password: &str) -> &Screen {
        self.submit_login(username, password).await;
        self.share_all().await
    }

    /// Signs in, up to whatever comes then.
    pub async fn submit_login(&mut self, username: &str, password: &str) -> &Screen {
        let view = self.service.submit_login(&self.token, self.view.step, username, Secret::new(password)).await;
        self.show(view)
    }

    /// Shares every meter, if that is what is asked.
    async fn share_all(&mut self) -> &Screen {
        if let Screen::Page { kind: PageKind::Meters, html } = &self.view.screen {
            let meters = 0..html.matches("MeterChoice {").count();
            let places: Vec<String> = meters.map(|place| place.to_string()).collect();
            return self.choose(&places.join(",")).await;
        }
        &self.view.screen
    }

    pub async fn choose(&mut self, chosen: &str) -> &Screen {
        let view = self.service.choose(&self.token, self.view.step, chosen).await;
        self.show(view)
    }

    pub async fn answer(&mut self, answer: &str) -> &Screen {
        let view = self.service.submit_answer(&self.token, self.view.step, Secret::new(answer)).await;
        self.show(view);
        self.share_all().await
    }

    pub async fn resend(&mut self) -> &Screen {
        let view = self.service.resend(&self.token, self.view.step).await;
        self.show(view)
    }

    /// From Welcome to the screen that takes a file of `utility`.
    pub async fn go_to_upload(&mut self, utility: u32) {
        self.go_to_credentials(utility).await;
        let view = self.service.use_file(&self.token, self.view.step).await;
        assert_eq!(page(self.show(view)).0, PageKind::Upload);
    }

    pub async fn give(&mut self, file: impl AsRef<[u8]> + Send + 'static) -> &Screen {
        let view = self.service.read_file(&self.token, self.view.step, file).await;
        self.show(view)
    }

    pub async fn link_file(&mut self) -> &Screen {
        let view = self.service.link_file(&self.token, self.view.step).await;
        self.show(view)
    }

    pub async fn wait(&mut self) -> &Screen {
        let view = self.service.wait(&self.token, self.view.step).await;
        self.show(view);
        self.share_all().await
    }

    pub fn is_linked(&self) -> bool {
        matches!(self.view.screen, Screen::Linked { .. })
    }

    pub async fn code(&self) -> String {
        self.service.hand_over_code(&self.token).await.unwrap().expose().to_owned()
    }

    /// Whether the run is open.
    pub async fn is_open(&self) -> bool {
        match self.service.load(&self.token).await {
            Ok(_) => true,
            Err(RunError::TokenInvalid) => false,
            Err(error) => panic!("{error}"),
        }
    }

    pub fn handle(&self) -> connect_core::token::Handle {
        Token::parse(TokenKind::Connect, self.token.expose()).unwrap().handle().unwrap()
    }
}

/// The contents of the credentials screen.
#[track_caller]
pub fn credentials(screen: &Screen) -> &CredentialsView {
    match screen {
        Screen::Credentials(view) => view,
        other => panic!("not the credentials but {other:?}"),
    }
}

/// A screen that the server draws: which one, and what it says.
#[track_caller]
pub fn page(screen: &Screen) -> (PageKind, &str) {
    match screen {
        Screen::Page { kind, html } => (*kind, html),
        other => panic!("not a drawn screen but {other:?}"),
    }
}
