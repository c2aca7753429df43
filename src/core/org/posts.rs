//! Who holds which role of which unit, and since when.

use std::collections::BTreeMap;

use super::{Shift, is_valid};
use crate::core::timestamp::Timestamp;

/// One person in one role of one unit, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The unit, or the area where the post is one of an area.
    pub unit: String,
    pub role: String,
    pub person: String,
    /// Stand-ins come after holders.
    pub deputy: bool,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// When a desk is manned; `None`: always.
    pub shift: Option<Shift>,
}

impl Post {
    /// Whether the person holds the post at this moment, on shift or not.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        is_valid(self.from, self.to, now)
    }
}

/// Posts in the order of the file, found by unit and role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posts {
    list: Vec<Post>,
    /// Unit, then role, to the places in `list`.
    index: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
}

impl Posts {
    /// Adds one at the end.
    pub fn push(&mut self, post: Post) {
        let roles = self.index.entry(post.unit.clone()).or_default();
        roles.entry(post.role.clone()).or_default().push(self.list.len());
        self.list.push(post);
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Post> {
        self.list.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether the unit has posts at all, of whatever role and time.
    pub fn has(&self, unit: &str) -> bool {
        self.index.contains_key(unit)
    }

    /// The posts of one role of one unit, of whatever time.
    pub fn of(&self, unit: &str, role: &str) -> impl Iterator<Item = &Post> + Clone {
        let places = self.index.get(unit).and_then(|roles| roles.get(role));
        places.into_iter().flatten().filter_map(|place| self.list.get(*place))
    }
}

impl Extend<Post> for Posts {
    fn extend<I: IntoIterator<Item = Post>>(&mut self, posts: I) {
        posts.into_iter().for_each(|post| self.push(post));
    }
}

impl FromIterator<Post> for Posts {
    fn from_iter<I: IntoIterator<Item = Post>>(posts: I) -> Self {
        let mut all = Self::default();
        all.extend(posts);
        all
    }
}

impl<'a> IntoIterator for &'a Posts {
    type Item = &'a Post;
    type IntoIter = std::slice::Iter<'a, Post>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
