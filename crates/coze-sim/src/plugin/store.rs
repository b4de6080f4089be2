//! The store: the available plugins, by category and keyword.

use axum::routing::get;
use serde_json::{Value, json};

use super::catalog::{CATEGORIES, CREATED, PLUGINS, Plugin};
use crate::http::{self, Answer, Call, Payload, Query, Reply, Routes, fields};
use crate::state::{Id, Refusal};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.official("/v1/stores/plugins", get(plugins)).official("/v1/stores/categories", get(categories))
}

fields! {
    struct ListPlugins {
        keyword: String; optional,
        is_official: Option<bool>,
        // Ids, separated by commas.
        category_ids: String; optional,
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 100),
        sort_type: Option<String> => OneOf(&["heat", "newest", "relative"]),
    }

    struct ListCategories {
        entity_type: String => OneOf(&["plugin"]),
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 100),
    }
}

async fn plugins(Query(query): Query<ListPlugins>, call: Call) -> Reply {
    let relative = query.sort_type.as_deref() == Some("relative");
    if relative && query.keyword.is_empty() && call.sim.rules().by_the_page {
        return Err(Refusal::invalid("sort_type", "relative is for searches; set a keyword"));
    }
    let categories: Vec<&str> = query.category_ids.split(',').filter(|id| !id.is_empty()).collect();
    if let Some(id) = categories.iter().find(|id| Id::parse(id).is_none()) {
        return Err(Refusal::invalid("category_ids", format!("expected ids of up to 19 digits, got {id:?}")));
    }
    let keyword = query.keyword.to_lowercase();
    let fits = |plugin: &&Plugin| {
        let category = CATEGORIES[plugin.category].0.to_string();
        query.is_official.is_none_or(|official| plugin.is_official == official)
            && (categories.is_empty() || categories.contains(&category.as_str()))
            && format!("{} {}", plugin.name, plugin.description).to_lowercase().contains(&keyword)
    };
    let mut found: Vec<&Plugin> = PLUGINS.iter().filter(fits).collect();
    if query.sort_type.as_deref() == Some("heat") {
        found.sort_by_key(|plugin| std::cmp::Reverse(plugin.heat));
    } else if relative {
        // Matches in the name precede others.
        found.sort_by_key(|plugin| !plugin.name.to_lowercase().contains(&keyword));
    }
    let found = found.into_iter().map(product).collect();
    Ok(page(found, query.page_num, query.page_size))
}

async fn categories(Query(query): Query<ListCategories>, _: Call) -> Reply {
    let found = CATEGORIES.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
    Ok(page(found, query.page_num, query.page_size))
}

fn page(found: Vec<Value>, number: Option<usize>, size: Option<usize>) -> Answer {
    let (items, has_more) = http::page(found, number, size.unwrap_or(20));
    Payload::Data(json!({"items": items, "has_more": has_more})).into()
}

fn product(plugin: &Plugin) -> Value {
    let (category, category_name) = CATEGORIES[plugin.category];
    json!({
        "metainfo": {
            "name": plugin.name,
            "description": plugin.description,
            "category": {"id": category, "name": category_name},
            "icon_url": "https://example.com/plugin.png",
            "entity_id": plugin.id,
            "entity_type": "plugin",
            "entity_version": "0",
            "product_id": plugin.product,
            "listed_at": CREATED,
            "paid_type": "paid",
            "is_official": plugin.is_official,
            "user_info": {
                // A number, unlike all other ids.
                "user_id": 32_351_795_934_732_u64,
                "nick_name": "Simulated developer",
                "user_name": "developer",
                "avatar_url": "https://example.com/avatar.png",
            },
        },
        "plugin_info": {
            "heat": plugin.heat,
            "call_count": 0,
            "description": plugin.description,
            "success_rate": 1.0,
            "bots_use_count": 0,
            "favorite_count": 0,
            "is_call_available": plugin.is_call_available,
            "total_tools_count": plugin.tools.len(),
            "avg_exec_duration_ms": 1.0,
            "associated_bots_use_count": 0,
        },
    })
}
