//! The connectors' side, seen from the web's process.

use std::collections::HashMap;
use std::io;
use std::os::unix::net::UnixStream as StdStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use connect_core::connector::RemoteAccount;
use connect_core::vault::Vault;
use jiff::Timestamp;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{broadcast, mpsc, oneshot};
use uuid::Uuid;

use super::frame;
use super::message::{Answer, ToWeb, ToWorker, received_keys};
use crate::service::Fault;
use crate::worker::{ConnectorSide, PdfAnswer, RunAt, Ways, Work};

/// Messages that may wait to be sent: beyond it callers wait for a place.
const QUEUE: usize = 256;
/// How long to wait for an answer.
const LONGEST: Duration = Duration::from_secs(120);

/// Questions without an answer yet; `None` once there will be none any more.
type Waiting = Mutex<Option<HashMap<u64, oneshot::Sender<Answer>>>>;

/// The connectors' process.
pub struct Remote {
    ways: Ways,
    changed: broadcast::Sender<Uuid>,
    to: mpsc::Sender<ToWorker>,
    waiting: Arc<Waiting>,
    next: AtomicU64,
}

impl Remote {
    /// Takes over the socket after the hello. `documents` gets the keys that come with a rotation. The second
    /// value resolves when the process of the connectors has ended.
    pub fn new(
        stream: StdStream,
        ways: Ways,
        documents: Arc<Vault>,
    ) -> io::Result<(Arc<Self>, oneshot::Receiver<()>)> {
        stream.set_nonblocking(true)?;
        let (from, write) = UnixStream::from_std(stream)?.into_split();
        let (to, queue) = mpsc::channel(QUEUE);
        let (changed, _) = broadcast::channel(1024);
        let waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let (ended, end) = oneshot::channel();
        tokio::spawn(send_all(write, queue));
        tokio::spawn({
            let (waiting, changed) = (waiting.clone(), changed.clone());
            async move {
                if let Err(error) = listen(from, &waiting, &changed, &documents).await {
                    tracing::error!(%error, "the process of the connectors cannot be understood");
                }
                // Whoever still waits is told by the end of its channel.
                *lock(&waiting) = None;
                let _ = ended.send(());
            }
        });
        Ok((Arc::new(Self { ways, changed, to, waiting, next: AtomicU64::new(0) }), end))
    }

    async fn ask(&self, question: impl FnOnce(u64) -> ToWorker) -> Result<Answer, Fault> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        lock(&self.waiting).as_mut().ok_or(Fault::NoConnectors)?.insert(id, reply);
        self.to.send(question(id)).await.map_err(|_| Fault::NoConnectors)?;
        // Longer than a connector is waited for there.
        let answer = tokio::time::timeout(LONGEST, answer).await.map_err(|_| Fault::NoConnectors)?;
        match answer.map_err(|_| Fault::NoConnectors)? {
            Answer::Failed => Err(Fault::Broken("the connectors' process could not carry out a request")),
            answer => Ok(answer),
        }
    }

    /// Lets the other process end, which the second value of [`Self::new`] then tells.
    pub async fn end(&self) {
        // Gone already is as good.
        let _ = self.to.send(ToWorker::End).await;
    }

    async fn tell(&self, message: ToWorker) -> Result<(), Fault> {
        self.to.send(message).await.map_err(|_| Fault::NoConnectors)
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, Option<HashMap<u64, oneshot::Sender<Answer>>>> {
    // Nothing can panic while the lock is held.
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn send_all(mut write: OwnedWriteHalf, mut queue: mpsc::Receiver<ToWorker>) {
    while let Some(message) = queue.recv().await {
        if frame::send(&mut write, &message).await.is_err() {
            return;
        }
    }
}

async fn listen(
    mut from: OwnedReadHalf,
    waiting: &Waiting,
    changed: &broadcast::Sender<Uuid>,
    documents: &Vault,
) -> io::Result<()> {
    while let Some(message) = frame::receive(&mut from).await? {
        match message {
            ToWeb::Changed(run) => {
                // Nobody may be waiting.
                let _ = changed.send(run);
            }
            ToWeb::Answer { id, answer } => {
                let reply = lock(waiting).as_mut().and_then(|waiting| waiting.remove(&id));
                // Whoever asked may have gone away.
                let _ = reply.map(|reply| reply.send(answer));
            }
            ToWeb::Documents(keys) => {
                if let Err(error) = documents.replace(&received_keys(&keys)) {
                    tracing::error!(%error, "the new keys of documents cannot be used");
                }
            }
            ToWeb::Hello(_) => {}
        }
    }
    Ok(())
}

#[async_trait]
impl ConnectorSide for Remote {
    fn ways(&self) -> &Ways {
        &self.ways
    }

    fn changed(&self) -> broadcast::Sender<Uuid> {
        self.changed.clone()
    }

    async fn start(&self, run: RunAt, work: Work) -> Result<(), Fault> {
        self.tell(ToWorker::Start { token: run.token, step: run.step, work: (&work).into() }).await
    }

    async fn bill_pdf(&self, user: Uuid, account: RemoteAccount, remote_id: String) -> Result<PdfAnswer, Fault> {
        match self.ask(|id| ToWorker::BillPdf { id, user, account, remote_id }).await? {
            Answer::Document(bytes) => Ok(PdfAnswer::Document(bytes)),
            Answer::NotOffered => Ok(PdfAnswer::NotOffered),
            Answer::NotNow => Ok(PdfAnswer::NotNow),
            Answer::Deleted(_) | Answer::Failed => Err(Fault::Broken("an answer to another question")),
        }
    }

    async fn delete_user(&self, user: Uuid, ended: Option<Timestamp>) -> Result<bool, Fault> {
        match self.ask(|id| ToWorker::DeleteUser { id, user, ended }).await? {
            Answer::Deleted(deleted) => Ok(deleted),
            _ => Err(Fault::Broken("an answer to another question")),
        }
    }

    async fn announced(&self, user: Uuid) -> Result<(), Fault> {
        self.tell(ToWorker::Announced { user }).await
    }
}
