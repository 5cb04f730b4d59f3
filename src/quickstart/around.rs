//! The page around the card, rendered by the server alone.

use leptos::prelude::*;

use super::{code, logins};

/// The whole page, with `card` (the live part) in its place.
pub fn around(card: impl IntoView) -> impl IntoView {
    view! {
        <header class="qs-head">
            <a class="qs-brand" href="/"><img src="/favicon.svg" alt="" width="28" height="28" />"Connect"</a>
            <div class="qs-links">
                <nav aria-label="Site"><a href="/docs">"Docs"</a> <a href="/design">"Every screen"</a></nav>
                <span class="qs-pill">"Sandbox"</span>
            </div>
        </header>
        <main class="qs">
            <section class="qs-intro">
                <h1>"Link a utility login in a minute"</h1>
                <p>
                    "This page stands for a company’s own web app, “Northwind Solar”. Its server creates a connect token, "
                    "the page opens Connect, and the server exchanges the code for the customer’s accounts."
                </p>
            </section>
            <section class="qs-card" aria-labelledby="try-title">
                <h2 id="try-title">"Try it"</h2>
                <p class="hint" id="user-id-hint">
                    "With an id that is linked already, Connect starts in update mode, where the link was made."
                </p>
                {card}
            </section>
            {logins::logins()}
            {code::code()}
        </main>
        <footer class="qs-foot">
            <p>
                "Nothing here reaches a real utility. The API is on this same address: "
                <code>"/auth/connect-token"</code> ", " <code>"/auth/token"</code> ", " <code>"/accounts"</code> ", "
                <code>"/intervals"</code> ", " <code>"/bills"</code> ", " <code>"/users/{user_id}"</code> ", " <a href="/utilities"><code>"/utilities"</code></a> ". "
                <a href="/docs">"All of it, with examples"</a> "."
            </p>
        </footer>
    }
}
