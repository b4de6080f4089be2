//! Ids that can be none, by their names.

use coze_types::benefit::ListBillTasks;
use coze_types::bot::{
    CreateBot, KnowledgeConfig, PluginIdList, PublishBot, RetrieveBot, UpdateBot, WorkflowIdList,
};
use coze_types::chat::{CreateChat, RetrieveChat};
use coze_types::conversation::{ListMessages, RetrieveConversation, UpdateMessage};
use coze_types::dataset::{DeleteDocuments, ProcessDocuments};
use coze_types::plugin::BatchRetrievePlugins;
use coze_types::store::ListStorePlugins;
use coze_types::variable::RetrieveVariables;
use coze_types::{BotId, EncodeError, Encoded, Streamed, encode};

use super::{complains, fatal};

#[test]
fn an_id_that_cannot_be_one_is_named_wherever_it_stands() {
    let told = |encoded: Result<Encoded, EncodeError>| encoded.unwrap_err().to_string();
    for (bad, what) in [
        ("7400\r", "a line break at position 4"),
        ("7400\n", "a line break at position 4"),
        ("\"7400\"", "a quote at position 0"),
        ("'7400'", "a quote at position 0"),
        ("7400\"", "a quote at position 4"),
        (" 7400", "a blank at position 0"),
        ("74 00", "a blank at position 2"),
        ("74\t00", "a control character at position 2"),
        ("7400\0", "a control character at position 4"),
        ("\u{feff}7400", "a character that does not show at position 0"),
        ("7400\u{200b}", "a character that does not show at position 4"),
        ("\u{3000}7400", "a blank at position 0"),
    ] {
        for (error, field) in [
            (told(encode(&RetrieveBot::new(bad))), "bot_id"),
            (told(encode(&RetrieveConversation::new(bad))), "conversation_id"),
            (told(encode(&RetrieveChat::new("1", bad))), "chat_id"),
            (told(encode(&UpdateMessage::new(bad, "2"))), "conversation_id"),
            (told(encode(&ListMessages::new("1").after_id(bad))), "message_id"),
            (told(encode(&CreateChat::new(bad, "u"))), "bot_id"),
            (told(encode(&Streamed(CreateChat::new(bad, "u")))), "bot_id"),
        ] {
            let expected = format!("`{field}` is {bad:?}, with {what}; take it out where the id comes from");
            assert_eq!(error, expected);
        }
        // Wherever else it is written, it stays as it is.
        let id = BotId::new(bad);
        assert_eq!(id.to_string(), bad);
        assert_eq!(serde_json::from_str::<BotId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    }
    // The next request is another matter.
    assert!(encode(&RetrieveBot::new("7400")).is_ok());
}

#[test]
fn names_of_users_are_what_their_callers_choose() {
    for name in ["小明 王", "O'Neil", "the \"best\" user", "a@b.example", "用户/1", "'tis", "👨‍👩‍👧"]
    {
        assert!(encode(&CreateChat::new("1", name)).is_ok(), "{name}");
    }
    for name in ["u\r", "u\0x", "u ", " u", "\"u\"", "'u'"] {
        let error = encode(&CreateChat::new("1", name)).unwrap_err().to_string();
        assert!(error.starts_with("`user_id` is "), "{error}");
    }
}

#[test]
fn an_empty_name_in_a_list_is_named() {
    let bot = CreateBot::new("1", "n").plugin_id_list(PluginIdList::new([("2", "3"), ("", "4")]));
    let workflows = UpdateBot::new("1").workflow_id_list(WorkflowIdList::new(["2", ""]));
    for errors in [
        complains(&BatchRetrievePlugins::new(["1", ""]), &["ids[1]"]),
        complains(&DeleteDocuments::new(["", "2", ""]), &["document_ids[0]", "document_ids[2]"]),
        complains(&ProcessDocuments::new("1", [""]), &["document_ids[0]"]),
        complains(&PublishBot::new("1").connector_ids(["1024", ""]), &["connector_ids[1]"]),
        complains(&bot, &["plugin_id_list.id_list[1].plugin_id"]),
        complains(&workflows, &["workflow_id_list.ids[1].id"]),
        complains(&UpdateBot::new("1").knowledge(KnowledgeConfig::new([""])), &["knowledge.dataset_ids[0]"]),
        // A query would leave them out, and everything would be listed.
        complains(&ListBillTasks::new().task(""), &["task_ids[0]"]),
        complains(&ListStorePlugins::new().category(""), &["category_ids[0]"]),
        complains(&RetrieveVariables::of_bot("1", "u").keywords([""]), &["keywords[0]"]),
    ] {
        assert!(fatal(&errors), "{errors:?}");
    }
}
