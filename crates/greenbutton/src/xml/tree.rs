//! A small resource as a tree, whose parts are looked up by local name.

/// An element of a resource.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) line: u64,
    /// `href` of an Atom link, else empty.
    pub(crate) href: String,
    pub(crate) children: Vec<Node>,
}

impl Node {
    pub(crate) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first descendant of that name, depth first. Depth is bounded by [`Limits`](crate::Limits).
    pub(crate) fn find(&self, name: &str) -> Option<&Node> {
        self.children.iter().find_map(|child| if child.name == name { Some(child) } else { child.find(name) })
    }

    /// The child's text; `None` if there is no such child or it is empty.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    /// As [`text_of`](Self::text_of), of a descendant, as an owned string.
    pub(crate) fn string(&self, name: &str) -> Option<String> {
        self.find(name).map(|found| found.text.clone()).filter(|text| !text.is_empty())
    }
}
