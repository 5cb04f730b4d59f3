//! A page of the portal, as far as a login needs it: its name, what it tells, and its forms.

use connect_core::connector::{ConnectorError, method};
use connect_core::secret::Secret;
use connect_outbound::Url;
use connect_wire::{Channel, MethodOption};
use scraper::{ElementRef, Html, Selector};

use crate::http::{Answer, Http};
use crate::marks::field;

/// A page, read. It holds no part of the parser's tree, which cannot be kept across a request.
pub(crate) struct Page {
    /// `data-page` of the main part; empty on a page that does not say.
    pub(crate) name: String,
    /// Identifier of the notice.
    pub(crate) notice: Option<String>,
    /// Text of the notice.
    notice_text: String,
    /// Text of the main part.
    pub(crate) text: String,
    /// Where a code was sent, masked.
    pub(crate) sent_to: Option<String>,
    forms: Vec<Form>,
}

/// A form with the portal's token.
pub(crate) struct Form {
    /// Whole, so that it may be sent from anywhere.
    pub(crate) action: Url,
    pub(crate) csrf: Secret,
    inputs: Vec<Input>,
}

struct Input {
    name: String,
    value: String,
    /// Text of its label.
    label: String,
    /// The small print of its label.
    note: String,
}

/// A selector of ours, which is known to be one.
pub(crate) fn css(text: &'static str) -> Selector {
    Selector::parse(text).expect("a selector of ours")
}

/// The text of an element, with single spaces.
pub(crate) fn text(element: ElementRef<'_>) -> String {
    let all: String = element.text().collect();
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first element below another that fits.
pub(crate) fn first<'a>(below: ElementRef<'a>, selector: &Selector) -> Option<ElementRef<'a>> {
    below.select(selector).next()
}

/// The tree of a page. `SiteChanged` when it is none, or out of proportion.
pub(crate) fn tree(http: &Http, answer: &Answer) -> Result<Html, ConnectorError> {
    let (tags, depth) = size(&answer.body);
    if !answer.is_page || tags > http.limits().html_tags || depth > http.limits().html_depth {
        return Err(ConnectorError::SiteChanged("something else than a page"));
    }
    Ok(Html::parse_document(&String::from_utf8_lossy(&answer.body)))
}

/// Elements that have no end.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
];

/// How many tags there are, and how many of them are open at once at most: a rough count that is
/// never too low for a page that nests, and that costs one pass.
fn size(body: &[u8]) -> (usize, usize) {
    let (mut tags, mut open, mut deepest) = (0, 0usize, 0);
    for tag in body.split(|&byte| byte == b'<').skip(1) {
        tags += 1;
        let length = tag.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = tag.get(..length).unwrap_or_default();
        if tag.first() == Some(&b'/') {
            open = open.saturating_sub(1);
        } else if length > 0 && !VOID.iter().any(|void| void.as_bytes().eq_ignore_ascii_case(name)) {
            open += 1;
            deepest = deepest.max(open);
        }
    }
    (tags, deepest)
}

impl Page {
    pub(crate) fn read(http: &Http, answer: &Answer) -> Result<Self, ConnectorError> {
        Ok(Self::of(&tree(http, answer)?, &answer.url))
    }

    /// Reads the tree of a page at `url`.
    pub(crate) fn of(tree: &Html, url: &Url) -> Self {
        let main = css("main#page");
        let notice = css(".notice[id]");
        let form = css("form[method=post]");
        let to = css("strong.to");
        let Some(main) = first(tree.root_element(), &main) else { return Self::unknown() };
        let notice = first(main, &notice);
        Self {
            name: main.attr("data-page").unwrap_or_default().to_owned(),
            notice: notice.and_then(|notice| notice.attr("id")).map(str::to_owned),
            notice_text: notice.map(text).unwrap_or_default(),
            text: text(main),
            sent_to: first(main, &to).map(text),
            forms: main.select(&form).filter_map(|form| Form::of(form, url)).collect(),
        }
    }

    fn unknown() -> Self {
        Self {
            name: String::new(),
            notice: None,
            notice_text: String::new(),
            text: String::new(),
            sent_to: None,
            forms: Vec::new(),
        }
    }

    /// Whether it tells this.
    pub(crate) fn tells(&self, notice: &str) -> bool {
        self.notice.as_deref() == Some(notice)
    }

    /// The first number of the notice.
    pub(crate) fn notice_number(&self) -> Option<u8> {
        let digits = |c: char| c.is_ascii_digit();
        let from = self.notice_text.find(digits)?;
        let rest = self.notice_text.get(from..)?;
        rest.get(..rest.find(|c| !digits(c)).unwrap_or(rest.len()))?.parse().ok()
    }

    /// The form that has a field of this name.
    pub(crate) fn form_with(&self, name: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.has(name))
    }

    /// The form that leads there.
    pub(crate) fn form_to(&self, path: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.action.path() == path)
    }
}

impl Form {
    fn of(form: ElementRef<'_>, url: &Url) -> Option<Self> {
        let inputs_of = css("input[name]");
        let label_of = css("label");
        let strong = css("strong");
        let note = css("span.muted");
        let labels: Vec<_> = form.select(&label_of).collect();
        let inputs: Vec<_> = form
            .select(&inputs_of)
            .map(|input| {
                let around =
                    input.ancestors().filter_map(ElementRef::wrap).find(|up| up.value().name() == "label");
                let id = input.attr("id");
                let label = around
                    .or_else(|| labels.iter().copied().find(|label| id.is_some() && label.attr("for") == id));
                let part = |selector| label.and_then(|label| first(label, selector)).map(text);
                Input {
                    name: input.attr("name").unwrap_or_default().to_owned(),
                    value: input.attr("value").unwrap_or_default().to_owned(),
                    label: part(&strong).or_else(|| label.map(text)).unwrap_or_default(),
                    note: part(&note).unwrap_or_default(),
                }
            })
            .collect();
        let csrf = inputs.iter().find(|input| input.name == field::CSRF && !input.value.is_empty())?;
        let csrf = Secret::new(csrf.value.as_str());
        Some(Self { action: url.join(form.attr("action").unwrap_or_default()).ok()?, csrf, inputs })
    }

    /// Whether it has a field of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.inputs.iter().any(|input| input.name == name)
    }

    /// The label of a field.
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.inputs.iter().find(|input| input.name == name).map(|input| input.label.as_str())
    }

    /// The ways on offer for a code; those of an unknown kind are left out.
    pub(crate) fn methods(&self) -> Vec<MethodOption> {
        let ways = self.inputs.iter().filter(|input| input.name == field::METHOD);
        ways.filter_map(|way| Some(method(&way.value, channel(&way.label)?, &way.note))).collect()
    }
}

/// The channel that a text of the portal names.
pub(crate) fn channel(text: &str) -> Option<Channel> {
    let text = text.to_lowercase();
    let named = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if named(&["text message", "sms"]) {
        Some(Channel::Sms)
    } else if named(&["e-mail", "email"]) {
        Some(Channel::Email)
    } else if named(&["phone call", "call"]) {
        Some(Channel::Call)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Page {
        Page::of(&Html::parse_document(html), &Url::parse("https://a.test/login/code").unwrap())
    }

    #[test]
    fn a_page_is_known_by_its_marks() {
        let page = page(
            "<main id=page data-page=code><div class='notice bad' id=wrong-code><p>You have 2 tries left.</div>\
             <p>Sent to <strong class=to>•••• 4417</strong><form method=post action=/a><input name=csrf value=t>\
             <label for=x>Pet?</label><input id=x name=answer></form><form method=post action=/b></form>",
        );
        assert_eq!((page.name.as_str(), page.notice.as_deref()), ("code", Some("wrong-code")));
        assert_eq!(page.notice_number(), Some(2));
        assert_eq!(page.sent_to.as_deref(), Some("•••• 4417"));
        let form = page.form_with("answer").unwrap();
        assert_eq!((form.action.path(), form.csrf.expose(), form.label("answer")), ("/a", "t", Some("Pet?")));
        assert!(page.form_to("/b").is_none(), "a form without a token is none");
    }

    #[test]
    fn the_size_of_a_page_is_known_before_it_is_read() {
        assert_eq!(size(b"<p>a<br><INPUT><b>c</b></p> 1 < 2"), (7, 2));
        assert_eq!(size(b"</b></b><i><i><i>"), (5, 3));
        assert_eq!(size(b""), (0, 0));
    }

    #[test]
    fn garbage_is_a_page_without_a_name() {
        for html in ["", "<<<>>>", "<main>", "\0\u{fffd}<main id=other data-page=overview>", "{\"a\":1}"] {
            assert_eq!(page(html).name, "", "{html}");
        }
    }
}
