//! The connectors' process: carries out what the web's process asks.

use std::io;
use std::os::unix::net::UnixStream as StdStream;
use std::sync::Arc;

use connect_core::vault::KeyBytes;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use super::message::{Answer, ToWeb, ToWorker, sent_keys};
use super::{Hello, frame};
use crate::worker::{RunAt, Worker};

/// Messages that may wait to be sent.
const QUEUE: usize = 256;

/// Waits until the web's process says that it will serve. Blocks. `false` when it ended instead.
pub fn await_go(stream: &mut StdStream) -> io::Result<bool> {
    Ok(matches!(frame::read(stream)?, Some(ToWorker::Go)))
}

/// The end of the socket that belongs to the connectors' process.
pub struct Host {
    from: OwnedReadHalf,
    to: mpsc::Sender<ToWeb>,
}

impl Host {
    /// Says hello. The web's process begins to serve.
    pub async fn greet(stream: StdStream, hello: &Hello) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        let (from, mut write) = UnixStream::from_std(stream)?.into_split();
        frame::send(&mut write, &ToWeb::Hello(hello.into())).await?;
        let (to, queue) = mpsc::channel(QUEUE);
        tokio::spawn(send_all(write, queue));
        Ok(Self { from, to })
    }

    /// By which the web's process is told the keys of documents that are good from now on.
    pub fn teller(&self) -> Teller {
        Teller(self.to.clone())
    }

    /// Carries out what is asked until the web's process ends.
    pub async fn serve(mut self, worker: Arc<Worker>) -> io::Result<()> {
        tokio::spawn(tell_changes(worker.clone(), self.to.clone()));
        while let Some(message) = frame::receive(&mut self.from).await? {
            if matches!(message, ToWorker::End) {
                break;
            }
            let (worker, to) = (worker.clone(), self.to.clone());
            tokio::spawn(carry_out(worker, message, to));
        }
        Ok(())
    }
}

/// Tells the web's process of new keys.
pub struct Teller(mpsc::Sender<ToWeb>);

impl Teller {
    /// Tells it the keys of documents; whether they are on their way.
    pub async fn tell_documents(&self, keys: &[(u32, KeyBytes)]) -> bool {
        self.0.send(ToWeb::Documents(sent_keys(keys))).await.is_ok()
    }
}

async fn send_all(mut write: OwnedWriteHalf, mut queue: mpsc::Receiver<ToWeb>) {
    while let Some(message) = queue.recv().await {
        if frame::send(&mut write, &message).await.is_err() {
            // The other end is gone, which the reader sees.
            return;
        }
    }
}

async fn tell_changes(worker: Arc<Worker>, to: mpsc::Sender<ToWeb>) {
    let mut changes = worker.changes();
    loop {
        match changes.recv().await {
            Ok(run) => {
                if to.send(ToWeb::Changed(run)).await.is_err() {
                    return;
                }
            }
            // Whoever waits looks again by itself after a second.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn carry_out(worker: Arc<Worker>, message: ToWorker, to: mpsc::Sender<ToWeb>) {
    let (id, answer) = match message {
        ToWorker::Go | ToWorker::End => return,
        ToWorker::Start { token, step, work } => {
            if let Err(fault) = worker.start(RunAt { token, step }, (&work).into()).await {
                // The run leaves its check by the deadline.
                tracing::error!(%fault, "a login could not be begun");
            }
            return;
        }
        ToWorker::Announced { user } => {
            if let Err(fault) = worker.announced(user).await {
                tracing::error!(%user, %fault, "an announcement could not be noted");
            }
            return;
        }
        ToWorker::BillPdf { id, user, account, remote_id } => {
            let asked = async move { worker.bill_pdf(user, &account, &remote_id).await.map(Answer::from) };
            (id, tokio::spawn(asked).await)
        }
        ToWorker::DeleteUser { id, user, ended } => {
            let asked = async move { worker.delete_user(user, ended).await.map(Answer::Deleted) };
            (id, tokio::spawn(asked).await)
        }
    };
    let answer = match answer {
        Ok(Ok(answer)) => answer,
        Ok(Err(fault)) => {
            tracing::error!(%fault, "a request of the web's process failed");
            Answer::Failed
        }
        Err(error) => {
            // Without the panic's message, which may hold a secret. Whoever waits is told.
            tracing::error!(panicked = error.is_panic(), "a request of the web's process broke off");
            Answer::Failed
        }
    };
    let _ = to.send(ToWeb::Answer { id, answer }).await;
}
