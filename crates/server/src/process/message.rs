//! What the two processes say to each other. Both are the same program: there is no version.

use connect_core::connector::{ChallengeInput, Login, RemoteAccount};
use connect_core::keys::Digest;
use connect_core::secret::Secret;
use connect_core::vault::KEY_BYTES;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::Hello;
use crate::bootstrap::SandboxClient;
use crate::worker::{PdfAnswer, Ways, Work};

/// To the connectors' process.
#[derive(Serialize, Deserialize)]
pub(super) enum ToWorker {
    /// The port is ours: begin.
    Go,
    Start {
        token: Digest,
        step: u32,
        work: SentWork,
    },
    BillPdf {
        id: u64,
        user: Uuid,
        account: RemoteAccount,
        remote_id: String,
    },
    DeleteUser {
        id: u64,
        user: Uuid,
        ended: Option<Timestamp>,
    },
    Announced {
        user: Uuid,
    },
    /// The web's process ends in good order.
    End,
}

/// To the web's process.
#[derive(Serialize, Deserialize)]
pub(super) enum ToWeb {
    Hello(SentHello),
    /// The keys of documents have changed.
    Documents(Vec<SentKey>),
    /// A run has changed.
    Changed(Uuid),
    Answer {
        id: u64,
        answer: Answer,
    },
}

/// An answer to a question.
#[derive(Serialize, Deserialize)]
pub(super) enum Answer {
    Document(Vec<u8>),
    NotOffered,
    NotNow,
    Deleted(bool),
    /// A fault there, which it has logged.
    Failed,
}

impl From<PdfAnswer> for Answer {
    fn from(answer: PdfAnswer) -> Self {
        match answer {
            PdfAnswer::Document(bytes) => Self::Document(bytes),
            PdfAnswer::NotOffered => Self::NotOffered,
            PdfAnswer::NotNow => Self::NotNow,
        }
    }
}

/// [`Work`] as it is sent: plain text, which is wiped once it was read or written.
#[derive(Serialize, Deserialize)]
pub(super) enum SentWork {
    Begin(String, String),
    Method(String),
    Answer(String),
    Resend,
    Poll,
    Redeem(String),
    Share(Vec<usize>),
}

impl Drop for SentWork {
    fn drop(&mut self) {
        match self {
            Self::Begin(_, text) | Self::Method(text) | Self::Answer(text) | Self::Redeem(text) => text.zeroize(),
            Self::Resend | Self::Poll | Self::Share(_) => {}
        }
    }
}

impl From<&Work> for SentWork {
    fn from(work: &Work) -> Self {
        match work {
            Work::Begin(login) => Self::Begin(login.username.clone(), login.password.expose().to_owned()),
            Work::Resume(ChallengeInput::Method(id)) => Self::Method(id.clone()),
            Work::Resume(ChallengeInput::Answer(answer)) => Self::Answer(answer.expose().to_owned()),
            Work::Resume(ChallengeInput::Resend) => Self::Resend,
            Work::Resume(ChallengeInput::Poll) => Self::Poll,
            Work::Redeem(code) => Self::Redeem(code.expose().to_owned()),
            Work::Share(places) => Self::Share(places.clone()),
        }
    }
}

impl From<&SentWork> for Work {
    fn from(work: &SentWork) -> Self {
        match work {
            SentWork::Begin(username, password) => {
                Self::Begin(Login { username: username.clone(), password: Secret::new(password.as_str()) })
            }
            SentWork::Method(id) => Self::Resume(ChallengeInput::Method(id.clone())),
            SentWork::Answer(answer) => Self::Resume(ChallengeInput::Answer(Secret::new(answer.as_str()))),
            SentWork::Resend => Self::Resume(ChallengeInput::Resend),
            SentWork::Poll => Self::Resume(ChallengeInput::Poll),
            SentWork::Redeem(code) => Self::Redeem(Secret::new(code.as_str())),
            SentWork::Share(places) => Self::Share(places.clone()),
        }
    }
}

/// A key with its version; wiped when dropped.
#[derive(Serialize, Deserialize)]
pub(super) struct SentKey(u32, [u8; KEY_BYTES]);

impl Drop for SentKey {
    fn drop(&mut self) {
        self.1.zeroize();
    }
}

pub(super) fn sent_keys(keys: &[(u32, Zeroizing<[u8; KEY_BYTES]>)]) -> Vec<SentKey> {
    keys.iter().map(|(version, key)| SentKey(*version, **key)).collect()
}

pub(super) fn received_keys(keys: &[SentKey]) -> Vec<(u32, Zeroizing<[u8; KEY_BYTES]>)> {
    keys.iter().map(|key| (key.0, Zeroizing::new(key.1))).collect()
}

/// [`Hello`] as it is sent.
#[derive(Serialize, Deserialize)]
pub(super) struct SentHello {
    pepper: SentKey,
    documents: Vec<SentKey>,
    ways: Ways,
    sandbox_client: Option<(String, String)>,
}

impl From<&Hello> for SentHello {
    fn from(hello: &Hello) -> Self {
        Self {
            pepper: SentKey(0, *hello.pepper),
            documents: sent_keys(&hello.documents),
            ways: hello.ways.clone(),
            sandbox_client: hello.sandbox_client.as_ref().map(|c| (c.id.clone(), c.secret.expose().to_owned())),
        }
    }
}

impl From<SentHello> for Hello {
    fn from(sent: SentHello) -> Self {
        Self {
            pepper: Zeroizing::new(sent.pepper.1),
            documents: received_keys(&sent.documents),
            ways: sent.ways,
            sandbox_client: sent
                .sandbox_client
                .map(|(id, secret)| SandboxClient { id, secret: Secret::new(secret) }),
        }
    }
}
