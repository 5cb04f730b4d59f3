//! `POST /connect/file`: a customer's own Green Button file, as a form sends it.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use connect_core::language::Language;
use connect_core::secret::Secret;
use connect_core::token::Token;
use connect_server::origin;
use connect_server::service::{MAX_FILE_BYTES, RunError};
use multer::{Constraints, Multipart, SizeLimit};
use tokio::time::timeout;

use super::super::Web;
use super::super::upload::{ARRIVE, SILENCE};
use super::document::Asked;
use super::{ended, failed, plain_words, show};
use crate::modal::Moment;

/// Longest field that is not the file, in bytes.
const FIELD_BYTES: u64 = 1024;
/// Largest form that is read to its end to say that its file is too large: a browser does not read what is said before.
const READ_BYTES: u64 = 4 * MAX_FILE_BYTES as u64;

/// What the form holds.
#[derive(Default)]
struct Sent {
    key: String,
    step: u32,
    language: String,
    origin: String,
    /// The file; `None` for one that is too large.
    file: Option<Vec<u8>>,
}

pub(in crate::web) async fn file(State(web): State<Web>, headers: HeaderMap, body: Body) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(kind) else { return plain_words(StatusCode::BAD_REQUEST) };
    let form = Multipart::with_constraints(body.into_data_stream(), boundary, limits());
    match timeout(ARRIVE, arrive(&web, form)).await {
        Ok(Ok(Sent { key, step, language, origin: framed_by, file })) => {
            let wished = Language::of_tag(&language).or_else(origin::language);
            let asked = Asked { language, origin: framed_by, found: None };
            origin::speaking(wished, read(&web, Secret::new(key), step, file, asked)).await
        }
        Ok(Err(response)) => response,
        Err(_) => plain_words(StatusCode::REQUEST_TIMEOUT),
    }
}

fn limits() -> Constraints {
    let fields = ["key", "step", "l", "o"];
    let each = fields
        .into_iter()
        .fold(SizeLimit::new().whole_stream(READ_BYTES), |limit, name| limit.for_field(name, FIELD_BYTES));
    Constraints::new().allowed_fields(fields.into_iter().chain(["file"]).collect()).size_limit(each)
}

/// Reads the form. What belongs to the run comes before the file: a file of nobody is not taken.
async fn arrive(web: &Web, mut form: Multipart<'_>) -> Result<Sent, Response> {
    let bad = |_| plain_words(StatusCode::BAD_REQUEST);
    let mut sent = Sent::default();
    while let Some(mut field) = form.next_field().await.map_err(bad)? {
        match field.name() {
            Some("key") => sent.key = field.text().await.map_err(bad)?,
            Some("step") => sent.step = field.text().await.map_err(bad)?.parse().unwrap_or_default(),
            Some("l") => sent.language = field.text().await.map_err(bad)?,
            Some("o") => sent.origin = field.text().await.map_err(bad)?,
            _ => {
                let run = Token::parse_of_run(&sent.key).and_then(|token| token.handle());
                let waits = web.service.waits_for_file(&Secret::new(sent.key.as_str()), sent.step).await;
                let (Some(run), Ok(waits)) = (run, waits) else { return Err(ended()) };
                // Another window was faster, whose screen is shown.
                let place = if waits { web.arriving.place(run.as_str()).await } else { None };
                let mut file = Some(Vec::new());
                while let Some(piece) = timeout(SILENCE, field.chunk())
                    .await
                    .map_err(|_| plain_words(StatusCode::REQUEST_TIMEOUT))?
                    .map_err(bad)?
                {
                    let fits = |file: &Vec<u8>| file.len() + piece.len() <= MAX_FILE_BYTES && place.is_some();
                    file = file.filter(fits);
                    if let Some(file) = &mut file {
                        file.extend_from_slice(&piece);
                    }
                }
                if waits && place.is_none() {
                    return Err(plain_words(StatusCode::SERVICE_UNAVAILABLE));
                }
                sent.file = file;
            }
        }
    }
    Ok(sent)
}

async fn read(web: &Web, token: Secret, step: u32, file: Option<Vec<u8>>, asked: Asked) -> Response {
    // At another step neither changes anything.
    let done = match file {
        Some(file) => web.service.read_file(&token, step, file).await,
        None => web.service.refuse_file(&token, step).await,
    };
    match done {
        Ok(_) | Err(RunError::OutOfPlace) => show(web, &token, asked, Moment::Quiet, StatusCode::OK).await,
        Err(error) => failed(web, &token, asked, error).await,
    }
}
