//! The consent page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use connect_core::clock::after;
use jiff::ToSpan;
use maud::{Markup, html};

use super::{Grant, third_party};
use crate::config::{App, ThirdParty};
use crate::data;
use crate::session::Notice;
use crate::sign::{Purpose, random};
use crate::web::{Customer, CustomerForm, Failure, Fields, notice_box, see_other, token};

const CODE_SECONDS: i64 = 10 * 60;

/// Months of history that can be chosen.
const MONTHS: [i8; 3] = [24, 12, 3];

/// The third party that a request names, if its address for the answer is the registered one. To
/// any other address nothing is sent, not even an error.
fn known<'a>(app: &'a App, fields: &Fields) -> Result<&'a ThirdParty, Failure> {
    third_party(app, fields.get("client_id"))
        .filter(|party| party.redirect_uri == fields.get("redirect_uri"))
        .ok_or(Failure::BadRequest)
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    uri: Uri,
    customer: Result<Customer, Failure>,
) -> Result<Response, Failure> {
    let query = Fields::of_query(&uri);
    let party = known(&app, &query)?;
    if query.get("response_type") != "code" {
        return Ok(back(party, &query, &[("error", "unsupported_response_type")]));
    }
    let customer = customer?;
    let notice = customer.visit.take_notice()?;
    let body = page(&customer, party, &query, notice);
    let mut response = customer.page("Share your data", "consent", &body);
    // Browsers hold the redirect after the form against the policy, too.
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {}; \
         frame-ancestors 'none'; base-uri 'none'",
        origin(&party.redirect_uri)
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

fn page(customer: &Customer, party: &ThirdParty, query: &Fields, notice: Option<Notice>) -> Markup {
    let accounts = data::accounts(customer.login.username);
    html! {
        section.narrow.card {
            h1 { "Share your data with " (party.name) "?" }
            p { (party.name) " would like to read your usage and your bills. It does not learn your password and cannot change anything." }
            (notice_box(notice))
            form method="post" action="/oauth/authorize" #consent-form {
                (token(&customer.csrf))
                @for name in ["response_type", "client_id", "redirect_uri", "scope", "state"] {
                    input type="hidden" name=(name) value=(query.get(name));
                }
                fieldset.choices {
                    legend { "Accounts" }
                    @for account in &accounts {
                        label.choice {
                            input type="checkbox" name="account" value=(account.number) checked;
                            span { strong { (account.address) } span.muted { "Account " (account.number) } }
                        }
                    }
                    @if accounts.is_empty() { p.muted { "This login has no account to share." } }
                }
                fieldset.choices {
                    legend { "Period" }
                    @for months in MONTHS {
                        label.choice {
                            input type="radio" name="months" value=(months) checked[months == MONTHS[0]];
                            span { strong { "The last " (months) " months" } span.muted { "and new data for one year" } }
                        }
                    }
                }
                @if !accounts.is_empty() {
                    button.button.full type="submit" name="decision" value="allow" { "Share my data" }
                }
                button.button.plain.full type="submit" name="decision" value="deny" { "Don’t share" }
            }
        }
    }
}

pub(super) async fn submit(
    State(app): State<Arc<App>>,
    CustomerForm(customer, fields): CustomerForm,
) -> Result<Response, Failure> {
    let party = known(&app, &fields)?;
    if fields.get("decision") != "allow" {
        return Ok(back(party, &fields, &[("error", "access_denied")]));
    }
    let own = data::accounts(customer.login.username);
    let numbers = own.into_iter().map(|account| account.number);
    let accounts: Vec<_> = numbers.filter(|number| fields.all("account").any(|chosen| chosen == number)).collect();
    let months = MONTHS.into_iter().find(|months| months.to_string() == fields.get("months"));
    let (Some(months), false) = (months, accounts.is_empty()) else {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for name in ["response_type", "client_id", "redirect_uri", "scope", "state"] {
            query.append_pair(name, fields.get(name));
        }
        return customer.visit.tell(Notice::ChooseFirst, &format!("/oauth/authorize?{}", query.finish()));
    };
    let now = app.now();
    let grant = Grant {
        id: random()?.expose().get(..16).unwrap_or_default().to_owned(),
        client_id: party.client_id.clone(),
        login: customer.login.username.to_owned(),
        accounts,
        start: data::moved(data::local_date(now), months.months(), -1),
        agreed: now.as_second(),
    };
    let code = app.signer.seal(Purpose::Code, &grant, after(now, CODE_SECONDS))?;
    Ok(back(party, &fields, &[("code", code.expose())]))
}

/// Back to the third party, with the state that it sent.
fn back(party: &ThirdParty, fields: &Fields, pairs: &[(&str, &str)]) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    if !fields.get("state").is_empty() {
        query.append_pair("state", fields.get("state"));
    }
    let joint = if party.redirect_uri.contains('?') { '&' } else { '?' };
    see_other(&format!("{}{joint}{}", party.redirect_uri, query.finish()))
}

/// Scheme, host and port of an address.
fn origin(uri: &str) -> String {
    let uri: Uri = uri.parse().unwrap_or_default();
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => format!("{scheme}://{}", authority.as_str()),
        _ => String::new(),
    }
}
