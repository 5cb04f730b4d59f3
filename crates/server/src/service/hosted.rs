//! Runs that have the whole window (redirect mode), and the documents that need neither WASM nor JavaScript: each
//! is drawn of what is true now, and carries the run's key in its forms.

use connect_core::language::Language;
use connect_core::origin::{Origin, may_embed};
use connect_core::redirect::{Redirect, RedirectError, RedirectUri, may_return};
use connect_core::secret::Secret;
use connect_core::theme::Theme;
use connect_wire::FlowView;

use super::runs::RunError;
use super::{Fault, Service};

/// What a document of a run is drawn of.
#[derive(Debug)]
pub struct RunDocument {
    /// Stands for the connect token in its forms: the token itself is in no document.
    pub key: Secret,
    /// Where the customer is.
    pub view: FlowView,
    /// Language of the document.
    pub language: Language,
    /// How the company wants it to look.
    pub theme: Theme,
    /// The page that may frame it: the one that asked, if it is the company's.
    pub by: Option<Origin>,
    /// Where the run returns to, if it has the whole window.
    pub redirect: Option<Redirect>,
}

/// Why a run does not get the whole window.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// The connect token is not valid: nothing is known of who sent the customer.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The redirect URI is none.
    #[error("redirect_uri: {0}")]
    Uri(#[from] RedirectError),
    /// The redirect URI is not the company's.
    #[error("redirect_uri: it is not registered for this client")]
    NotRegistered,
    /// The state is longer than is sent back.
    #[error("state: it has at most 1000 characters")]
    State,
}

impl From<Fault> for EnterError {
    fn from(fault: Fault) -> Self {
        Self::Run(fault.into())
    }
}

impl Service {
    /// A company has sent a customer here, to return to `uri` with `state`. Changes nothing else: who only looks at the
    /// link, as programs do that show what is behind one, uses nothing up.
    pub async fn enter(&self, token: &Secret, uri: &str, state: &str) -> Result<(), EnterError> {
        let run = self.open_run(token).await?;
        let uri = RedirectUri::parse(uri)?;
        let registered = self.store.redirect_uris(run.client.id).await.map_err(Fault::from)?;
        if !may_return(&registered, run.client.environment, &uri) {
            tracing::warn!(client = %run.client.id, origin = %uri.origin(), "a redirect URI is not registered");
            return Err(EnterError::NotRegistered);
        }
        let redirect = Redirect::new(uri, state).ok_or(EnterError::State)?;
        if run.session.redirect.as_ref() != Some(&redirect) {
            self.store.set_redirect(run.session.id, redirect).await.map_err(Fault::from)?;
        }
        Ok(())
    }

    /// The document of a run as it is now; `asked` is the page that says it frames it.
    pub async fn document(&self, token: &Secret, asked: Option<&Origin>) -> Result<RunDocument, RunError> {
        let run = self.open_run(token).await?;
        let registered = match asked {
            Some(_) => self.store.client_origins(run.client.id).await.map_err(Fault::from)?,
            None => Vec::new(),
        };
        Ok(RunDocument {
            key: self.key_of(&run),
            view: self.view_of(&run).await?,
            language: run.language(),
            by: asked.filter(|asked| may_embed(&registered, run.client.environment, asked)).cloned(),
            theme: run.client.theme,
            redirect: run.session.redirect,
        })
    }
}
