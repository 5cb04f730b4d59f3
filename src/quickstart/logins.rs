//! Logins of the sandbox, for trying every screen. The full list is in docs/SANDBOX.md.

use leptos::prelude::*;

/// User name, password, and what happens.
const LOGINS: [(&str, &str, &str); 11] = [
    ("user@pelm.com", "password", "Two accounts; which of three meters are shared?"),
    ("good", "password", "One account, linked at once"),
    ("mfa_choose", "password", "Choose a method, then the code 123456"),
    ("mfa_totp", "password", "Authenticator app, code 123456"),
    ("mfa_push", "password", "Approve in an app, which happens by itself"),
    ("mfa_question", "password", "Security question, answer rex"),
    ("bad_password", "anything", "The utility refuses the login"),
    ("locked", "password", "The utility has locked the login"),
    ("site_down", "password", "The utility is not answering"),
    ("slow", "password", "The utility takes its time"),
    ("empty", "password", "A login without accounts"),
];

pub(super) fn logins() -> impl IntoView {
    let rows = LOGINS
        .into_iter()
        .map(|(user, password, what)| {
            view! {
                <tr>
                    <td><code>{user}</code></td>
                    <td><code>{password}</code></td>
                    <td>{what}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="qs-card" aria-labelledby="logins-title">
            <h2 id="logins-title">"Sandbox logins"</h2>
            <p>"They work at every utility of the list that is not marked “Not available yet”."</p>
            <div class="scroll qs-logins" tabindex="0" role="region" aria-labelledby="logins-title">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"User name"</th>
                            <th scope="col">"Password"</th>
                            <th scope="col">"What happens"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}
