//! The code that a developer would write: blocks that open one at a time, without any script.

use leptos::prelude::*;

use super::samples::SAMPLES;

pub(super) fn code() -> impl IntoView {
    let blocks = SAMPLES
        .iter()
        .enumerate()
        .map(|(i, sample)| {
            view! {
                <details class="qs-sample" name="sample" open=i == 0>
                    <summary>{sample.title}</summary>
                    <div class="scroll" tabindex="0" role="region" aria-label=sample.title>
                        <pre><code>{sample.code}</code></pre>
                    </div>
                </details>
            }
        })
        .collect_view();
    view! {
        <section class="qs-card qs-code" aria-labelledby="code-title">
            <h2 id="code-title">"The code you would write"</h2>
            {blocks}
        </section>
    }
}
