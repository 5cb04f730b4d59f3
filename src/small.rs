//! Views that cost less WASM.
//!
//! Behind an `AnyView` Leptos compiles several ways of updating and hydrating for every type of
//! view, of which these pages use one: they hydrate at once (never lazily, leptos-rs/leptos#4438),
//! and a part that changes is built anew instead of being compared with what was there. [`Part`]
//! keeps those and leaves the rest out; [`live`] gives every part that changes one type. Together
//! they halved the WASM (`cargo xtask sizes`).

use std::sync::{Arc, Mutex};

use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;

/// A view of any type, replaced as a whole when it changes.
pub struct Part(Box<dyn Draw + Send>);

/// Turns a view into a [`Part`].
pub trait Small {
    /// For a view that may be part of the page that the server rendered.
    fn small(self) -> Part;

    /// For a view that the server seldom or never renders. It has no code for hydrating: if it is
    /// one element, the app builds it anew in the place of the server's; if it is several, the
    /// server must not render it (`Service::first_screen` does not show the later screens).
    fn fresh(self) -> Part;
}

impl<V: RenderHtml + Send + 'static> Small for V {
    fn small(self) -> Part {
        Part(Box::new(Whole::<V, false>(self)))
    }

    fn fresh(self) -> Part {
        Part(Box::new(Whole::<V, true>(self)))
    }
}

/// The view in a [`Part`]. `FRESH`: see [`Small::fresh`].
struct Whole<V, const FRESH: bool>(V);

/// What Leptos makes of a function in a view anyway: giving it this type at once makes it one
/// type for all of them.
type Shared<T> = Arc<Mutex<dyn FnMut() -> T + Send>>;

/// A part of a page that follows the signals it reads.
pub(crate) fn live(part: impl FnMut() -> Option<Part> + Send + 'static) -> Shared<Option<Part>> {
    Arc::new(Mutex::new(part))
}

/// A text that follows the signals it reads.
pub(crate) fn live_text(text: impl FnMut() -> String + Send + 'static) -> Shared<String> {
    Arc::new(Mutex::new(text))
}

/// An attribute that follows the signals it reads; `None` takes it away.
pub(crate) fn attr(value: impl FnMut() -> Option<String> + Send + 'static) -> Shared<Option<String>> {
    Arc::new(Mutex::new(value))
}

/// A handler of events: one type for all handlers of one kind of event.
pub(crate) fn on<E>(handler: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(handler)
}

/// What a part needs of its view.
trait Draw {
    fn build(self: Box<Self>) -> Mounted;
    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Mounted;
    #[cfg(feature = "ssr")]
    fn to_html(
        self: Box<Self>,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    );
}

impl<V: RenderHtml + 'static, const FRESH: bool> Draw for Whole<V, FRESH> {
    fn build(self: Box<Self>) -> Mounted {
        Mounted(Box::new(self.0.build()))
    }

    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Mounted {
        // Known when it is compiled, so that only one of the two is in the WASM.
        if FRESH {
            replace(cursor, position, self.build())
        } else {
            Mounted(Box::new(self.0.hydrate::<true>(cursor, position)))
        }
    }

    #[cfg(feature = "ssr")]
    fn to_html(
        self: Box<Self>,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }
}

/// Fields whose text the app takes over from the server's form: those of its first screens, as
/// id and selector.
const TAKEN_OVER: [(&str, &str); 3] =
    [("username", "#username"), ("password", "#password"), ("user-id", "#user-id")];

/// Puts `new` where the server has rendered the same view, an element, and takes over what was
/// typed into it before the app was there.
fn replace(cursor: &Cursor, position: &PositionState, mut new: Mounted) -> Mounted {
    match position.get() {
        Position::FirstChild => cursor.child(),
        Position::Current => {}
        _ => cursor.sibling(),
    }
    let old: Element = cursor.current().unchecked_into();
    if let Some(parent) = old.parent_element() {
        new.mount(&parent, Some(&old));
        for (id, selector) in TAKEN_OVER {
            // The new field comes first in the document.
            let fresh = parent.owner_document().and_then(|d| d.get_element_by_id(id));
            if let (Some(fresh), Ok(Some(typed))) = (fresh, old.query_selector(selector)) {
                let typed: HtmlInputElement = typed.unchecked_into();
                fresh.unchecked_into::<HtmlInputElement>().set_value(&typed.value());
            }
        }
        old.remove();
    }
    if let Some(first) = new.elements().first() {
        cursor.set(first.clone().into());
    }
    position.set(Position::NextChild);
    new
}

/// The drawn part.
pub struct Mounted(Box<dyn Mountable>);

impl Mountable for Mounted {
    fn unmount(&mut self) {
        self.0.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.0.elements()
    }
}

impl Render for Part {
    type State = Mounted;

    fn build(self) -> Mounted {
        self.0.build()
    }

    fn rebuild(self, state: &mut Mounted) {
        let mut new = self.0.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

/// Attributes from outside are not passed on: nothing on these pages spreads any.
impl AddAnyAttr for Part {
    type Output<SomeNewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _attr: NewAttr) -> Self::Output<NewAttr> {
        self
    }
}

impl RenderHtml for Part {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    // No view of these pages waits for anything.
    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self::AsyncOutput {
        self
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        // The browser never renders to text.
        #[cfg(feature = "ssr")]
        self.0.to_html(buf, position, escape, mark_branches, extra_attrs);
        #[cfg(not(feature = "ssr"))]
        let _ = (buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Mounted {
        self.0.hydrate(cursor, position)
    }

    fn into_owned(self) -> Self::Owned {
        self
    }
}
