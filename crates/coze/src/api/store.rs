//! The store.

use coze_types::store::{ListStoreCategories, ListStorePlugins};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// The store: what anyone can use.
    Stores, by Coze::stores
}

handle! {
    /// Plugins of the store.
    StorePlugins, by Stores::plugins
}

impl StorePlugins {
    /// Lists the paid plugins of the store: see [`ListStorePlugins`].
    ///
    /// Awaiting the call returns one page, [`StorePluginPage`](crate::store::StorePluginPage); [`pages`](Call::pages)
    /// and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListStorePlugins) -> Call<ListStorePlugins> {
        self.client.send(request)
    }
}

handle! {
    /// Categories of the store.
    StoreCategories, by Stores::categories
}

impl StoreCategories {
    /// Lists the categories of the store: see [`ListStoreCategories`].
    ///
    /// Awaiting the call returns one page, [`CategoryPage`](crate::store::CategoryPage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListStoreCategories) -> Call<ListStoreCategories> {
        self.client.send(request)
    }
}
