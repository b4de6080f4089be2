//! The store: plugins that anyone can use.

use serde::{Deserialize, Serialize};

use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_names, validate_page};
use crate::model::id::{CategoryId, CozeUserId, PluginId, ProductId};
use crate::model::list;
use crate::model::timestamp::Timestamp;

/// Lists the paid plugins of the store, of Coze and of third parties. Needs no permission.
///
/// See <https://docs.coze.cn/developer_guides/list_plugin>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListStorePlugins {
    /// Part of what is looked for.
    pub keyword: Option<String>,
    /// Only plugins of Coze, or only those of third parties; both by default.
    pub is_official: Option<bool>,
    /// Categories, of which a plugin is in one; all where it is empty.
    #[serde(default, deserialize_with = "list::words")]
    pub category_ids: Vec<CategoryId>,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Plugins on a page: 1 to 100, 20 by default.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
    /// Order of the list.
    pub sort_type: Option<PluginSort>,
}

endpoint!(ListStorePlugins: GET "/v1/stores/plugins" ?keyword ?is_official ?category_ids ?page_num ?page_size ?sort_type, validate => Data<StorePluginPage>);

setters!(ListStorePlugins { keyword: String, is_official: bool, sort_type: PluginSort });

impl Default for ListStorePlugins {
    fn default() -> Self {
        Self::new()
    }
}

setters!(ListStorePlugins = { page_num: u32, page_size: u32 });

impl ListStorePlugins {
    /// Lists all plugins from the first page on.
    pub fn new() -> Self {
        Self {
            keyword: None,
            is_official: None,
            category_ids: Vec::new(),
            page_num: 1,
            page_size: 20,
            sort_type: None,
        }
    }

    /// Adds a category to [`category_ids`](Self#structfield.category_ids).
    #[must_use]
    pub fn category(mut self, category_id: impl Into<CategoryId>) -> Self {
        self.category_ids.push(category_id.into());
        self
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = validate_page(self.page_num, self.page_size, 100);
        let categories = self.category_ids.iter().map(CategoryId::as_str);
        errors.extend(validate_names("category_ids", "", categories, 0..=usize::MAX, "category"));
        if self.sort_type == Some(PluginSort::Relative) && self.keyword.as_ref().is_none_or(String::is_empty)
        {
            let rule = "is relative without a `keyword`; set one, or sort by heat or newest";
            errors.push(ValidationError::limit("sort_type", rule));
        }
        errors
    }
}

impl Paged for ListStorePlugins {
    type Item = StorePlugin;

    fn page(answer: StorePluginPage) -> Page<StorePlugin> {
        Page::new(answer.items).has_more(answer.has_more)
    }

    fn position(&mut self) -> Position<'_> {
        Position::number(&mut self.page_num, self.page_size)
    }

    fn key(item: &StorePlugin) -> Option<&str> {
        item.metainfo.as_ref()?.entity_id.as_ref().map(PluginId::as_str)
    }
}

answer! {
    /// A page of plugins of the store.
    pub struct StorePluginPage {
        /// Plugins.
        items: Vec<StorePlugin>,
        /// Whether more pages follow.
        has_more: bool,
    }
}

answer! {
    /// A plugin of the store.
    pub struct StorePlugin {
        /// What it is.
        metainfo: Option<ProductMetaInfo>,
        /// How it is used.
        plugin_info: Option<ProductPluginInfo>,
    }
}

answer! {
    /// What a product of the store is.
    pub struct ProductMetaInfo {
        /// Name.
        name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Category.
        category: Option<ProductCategory>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// Plugin, by which it is read and called.
        entity_id: Option<PluginId>,
        /// Kind of product.
        entity_type: Option<ProductEntityType>,
        /// Version of the plugin.
        entity_version: Option<String>,
        /// Product, which has an id of its own.
        product_id: Option<ProductId>,
        /// Time at which it came into the store.
        listed_at: Option<Timestamp>,
        /// How it is paid for.
        paid_type: Option<PaidType>,
        /// Whether it is one of Coze.
        is_official: Option<bool>,
        /// Who made it.
        user_info: Option<ProductUserInfo>,
    }
}

answer! {
    /// Who made a product of the store.
    pub struct ProductUserInfo {
        /// Account (UID).
        user_id: Option<CozeUserId>,
        /// Name that is shown.
        nick_name: Option<String>,
        /// Name of the account.
        user_name: Option<String>,
        /// Address of the avatar.
        avatar_url: Option<String>,
    }
}

answer! {
    /// How a plugin is used.
    pub struct ProductPluginInfo {
        /// How popular it is; the higher the more.
        heat: Option<i64>,
        /// Times that it was called.
        call_count: Option<i64>,
        /// Description.
        description: Option<String>,
        /// Part of the calls that succeeded, from 0 to 1.
        success_rate: Option<f64>,
        /// Agents and workflows that it was ever added to.
        bots_use_count: Option<i64>,
        /// Users who have marked it as a favourite.
        favorite_count: Option<i64>,
        /// Whether it can be called.
        is_call_available: Option<bool>,
        /// Tools in it.
        total_tools_count: Option<i64>,
        /// Mean time of a call in milliseconds.
        avg_exec_duration_ms: Option<f64>,
        /// Agents of the store that use it.
        associated_bots_use_count: Option<i64>,
    }
}

open_enum! {
    /// Order of a list of plugins.
    pub enum PluginSort {
        /// Most popular first.
        Heat = "heat",
        /// Newest first.
        Newest = "newest",
        /// What fits best first; only with a keyword.
        Relative = "relative",
    }
}

open_enum! {
    /// How a product is paid for.
    pub enum PaidType {
        /// It has a price.
        Paid = "paid",
    }
}

open_enum! {
    /// What a product of the store is.
    pub enum ProductEntityType {
        /// A plugin.
        Plugin = "plugin",
    }
}

/// Lists the categories of the store. Needs no permission.
///
/// See <https://docs.coze.cn/developer_guides/list_plugin_category>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListStoreCategories {
    /// What the categories hold; plugins are all there is today.
    pub entity_type: ProductEntityType,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Categories on a page: 1 to 100, 20 by default.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListStoreCategories: GET "/v1/stores/categories" ?entity_type ?page_num ?page_size, validate => Data<CategoryPage>);

builder!(ListStoreCategories(entity_type: ProductEntityType) = { page_num: u32 = 1, page_size: u32 = 20 });

impl ListStoreCategories {
    /// Lists the categories of plugins.
    pub fn of_plugins() -> Self {
        Self::new(ProductEntityType::Plugin)
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_page(self.page_num, self.page_size, 100)
    }
}

paged!(ListStoreCategories { page_num, page_size } => CategoryPage { items, has_more: has_more } of ProductCategory { id });

answer! {
    /// A page of categories.
    pub struct CategoryPage {
        /// Categories.
        items: Vec<ProductCategory>,
        /// Whether more pages follow.
        has_more: bool,
    }
}

answer! {
    /// A category of the store.
    pub struct ProductCategory {
        /// Id.
        id: CategoryId [required],
        /// Name.
        name: Option<String>,
    }
}
