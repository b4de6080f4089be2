//! The documented limits: what each request says of itself before it is sent.

use bytes::Bytes;
use coze_types::chat::{CreateChat, PublishStatus, ShortcutCommand, SubmitToolOutputs};
use coze_types::conversation::{
    CreateConversation, CreateMessage, CreateMessageFeedback, FeedbackType, ListConversations, ListMessages,
    UpdateConversation, UpdateMessage,
};
use coze_types::dataset::{
    ChunkStrategy, CreateDataset, CreateDocuments, DeleteDocuments, FormatType, ListDatasets, ListDocuments,
    ListImages, NewDocument, ProcessDocuments, UpdateDataset, UpdateDocument, UpdateRule,
};
use coze_types::file::UploadFile;
use coze_types::message::{ContentPart, ContentType, EnterMessage, Message, MessageType, Role};
use coze_types::{Endpoint, Streamed, ValidationError};

mod around;
mod audio;
mod bot;
mod enterprise;
mod ids;

/// Asserts which fields a request complains about, in order, and returns the errors.
fn complains(request: &impl Endpoint, fields: &[&str]) -> Vec<ValidationError> {
    let errors = request.validate();
    let found: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(found, fields, "{errors:?}");
    errors
}

fn chat() -> CreateChat {
    CreateChat::new("bot", "user").conversation_id("1")
}

fn fatal(errors: &[ValidationError]) -> bool {
    errors.iter().any(ValidationError::is_fatal)
}

#[test]
fn a_chat_within_the_limits_is_fine() {
    complains(&chat(), &[]);
    let mut full = chat().message(Message::user("x".repeat(10_000)));
    for index in 0..99 {
        full = full.message(Message::user(index.to_string()));
    }
    for index in 0..16 {
        full = full.meta(format!("{index:0>64}"), "值".repeat(512));
    }
    complains(&full.custom_variable("bot_Name", "").extra_param("latitude", "1").bot_version("1"), &[]);
}

#[test]
fn a_chat_needs_an_agent_and_a_user() {
    let errors = complains(&CreateChat::new("", "").conversation_id("1"), &["bot_id", "user_id"]);
    assert!(errors.iter().all(ValidationError::is_fatal));
    let draft = chat().bot_version("1").publish_status(PublishStatus::UnpublishedDraft);
    assert!(fatal(&complains(&draft, &["bot_version"])));
}

#[test]
fn a_chat_has_limits() {
    let messages = (0..101).map(|_| Message::user("x"));
    let errors = complains(&chat().messages(messages), &["additional_messages"]);
    assert_eq!(errors[0].to_string(), "`additional_messages` has 101 messages; at most 100 are allowed");
    assert!(!fatal(&errors));
    complains(&chat().message(Message::user("q")).message(Message::assistant("a")), &["additional_messages"]);
    complains(&chat().custom_variable("name1", "x"), &["custom_variables"]);
    complains(&chat().custom_variable("", "x"), &["custom_variables"]);
    complains(&chat().extra_param("altitude", "1"), &["extra_params"]);
}

#[test]
fn meta_data_has_limits() {
    let seventeen = (0..17).fold(chat(), |chat, index| chat.meta(index.to_string(), "v"));
    complains(&seventeen, &["meta_data"]);
    complains(&chat().meta("", "v"), &["meta_data"]);
    complains(&chat().meta("k".repeat(65), "v"), &["meta_data"]);
    complains(&chat().meta("k", ""), &["meta_data.k"]);
    complains(&chat().meta("k", "v".repeat(513)), &["meta_data.k"]);
    // Characters, not bytes.
    complains(&chat().meta("键".repeat(64), "值".repeat(512)), &[]);
    let message = Message::user("q").meta("k", "");
    complains(&chat().message(message.clone()), &["additional_messages[0].meta_data.k"]);
    complains(&CreateConversation::new().message(message.clone()), &["messages[0].meta_data.k"]);
    complains(&CreateMessage::new("1", message), &["meta_data.k"]);
    complains(&UpdateMessage::new("1", "2").meta("k", "v".repeat(513)), &["meta_data.k"]);
}

#[test]
fn messages_have_rules() {
    let complains = |message: Message, fields: &[&str]| complains(&CreateMessage::new("1", message), fields);
    complains(Message::user(""), &["content"]);
    let mut card = Message::user("{}");
    card.content_type = Some(ContentType::Card);
    complains(card, &["content_type"]);
    // Objects: JSON, not empty, at most one text, and that beside a file or image.
    let mut broken = Message::user("not json");
    broken.content_type = Some(ContentType::ObjectString);
    assert!(fatal(&complains(broken, &["content"])));
    complains(Message::user_parts([]), &["content"]);
    let [text, image, audio] = [ContentPart::text("t"), ContentPart::image("1"), ContentPart::audio("2")];
    complains(Message::user_parts([text.clone(), image.clone()]), &[]);
    complains(Message::user_parts([text.clone(), text.clone(), image.clone()]), &["content"]);
    complains(Message::user_parts([text.clone()]), &["content"]);
    complains(Message::user_parts([text.clone(), audio.clone()]), &["content"]);
    complains(Message::user_parts([image, audio]), &[]);
    let mut nowhere = ContentPart::file("1");
    nowhere.file_id = None;
    let mut silent = text;
    silent.text = None;
    complains(Message::user_parts([nowhere, silent]), &["content[0]", "content[1].text"]);
}

#[test]
fn types_of_messages_have_rules() {
    let typed =
        |role, kind| chat().message(EnterMessage::new(role, "x").kind(kind)).message(Message::user("q"));
    complains(&typed(Role::Assistant, MessageType::Question), &["additional_messages[0].type"]);
    complains(&typed(Role::Assistant, MessageType::FollowUp), &["additional_messages[0].type"]);
    complains(&typed(Role::Assistant, MessageType::Verbose), &["additional_messages[0].type"]);
    complains(&typed(Role::Assistant, MessageType::Knowledge), &["additional_messages[0].type"]);
    complains(&typed(Role::Assistant, MessageType::Answer), &[]);
    // Calls only where nothing is kept, and that only where the chat is streamed.
    for kind in [MessageType::FunctionCall, MessageType::ToolResponse, MessageType::ToolOutput] {
        complains(&typed(Role::Assistant, kind.clone()), &["additional_messages[0].type"]);
        let unsaved = typed(Role::Assistant, kind).auto_save_history(false);
        complains(&unsaved, &["auto_save_history"]);
        complains(&Streamed(unsaved), &[]);
    }
}

#[test]
fn roles_are_two_words() {
    let message = EnterMessage::new(Role::Unknown("system".into()), "x");
    let chat = chat().messages([message.clone(), Message::user("q").into()]);
    let errors = complains(&chat, &["additional_messages[0].role"]);
    assert!(errors[0].to_string().contains("\"system\""), "{errors:?}");
    complains(&CreateMessage::new("1", message), &["role"]);
}

#[test]
fn a_chat_asks_something() {
    let chat = || CreateChat::new("bot", "user");
    let errors = complains(&chat(), &["additional_messages"]);
    assert!(!fatal(&errors) && errors[0].to_string().contains("nothing is asked"), "{errors:?}");
    complains(&chat().conversation_id("1"), &[]);
    complains(&chat().message(Message::user("q")), &[]);
    complains(&chat().parameter("x", 1), &[]);
    complains(&chat().shortcut_command(ShortcutCommand::new("1")), &[]);
    assert!(fatal(&complains(
        &chat().shortcut_command(ShortcutCommand::new("")),
        &["shortcut_command.command_id"]
    )));
}

#[test]
fn files_alone_need_a_text_beside_them() {
    let image = || Message::user_parts([ContentPart::image("1")]);
    let text = || Message::user("look");
    complains(&chat().message(image()), &["additional_messages[0]"]);
    complains(&chat().messages([image(), text()]), &[]);
    complains(&chat().messages([text(), image()]), &[]);
    complains(&chat().messages([image(), image(), text()]), &["additional_messages[0]"]);
    // What is spoken needs no text.
    complains(&chat().message(Message::user_parts([ContentPart::audio("1")])), &[]);
}

#[test]
fn tool_outputs_name_their_calls() {
    let request = SubmitToolOutputs::new("1", "2");
    assert!(fatal(&complains(&request, &["tool_outputs"])));
    assert!(fatal(&complains(&request.output("a", "x").output("", "x"), &["tool_outputs[1].tool_call_id"])));
}

#[test]
fn conversations_have_limits() {
    complains(&CreateConversation::new().name("名".repeat(100)), &[]);
    complains(&CreateConversation::new().name("x".repeat(101)), &["name"]);
    complains(&CreateConversation::new().messages((0..17).map(|_| Message::user("x"))), &["messages"]);
    complains(&CreateConversation::new().message(Message::user("")), &["messages[0].content"]);
    complains(&UpdateConversation::new("1", "x".repeat(101)), &["name"]);
    complains(&UpdateConversation::new("1", ""), &["name"]);
    complains(&ListConversations::new("1").page_num(0).page_size(51), &["page_num", "page_size"]);
    complains(&ListConversations::new("1").page_size(0), &["page_size"]);
    complains(&ListConversations::new("1").connector_id("10000122"), &["connector_id"]);
    complains(&ListMessages::new("1").limit(0), &["limit"]);
    complains(&ListMessages::new("1").limit(51), &["limit"]);
    complains(&ListMessages::new("1").limit(50), &[]);
}

#[test]
fn an_update_of_a_message_changes_something() {
    let request = UpdateMessage::new("1", "2");
    assert!(fatal(&complains(&request, &["content"])));
    assert!(fatal(&complains(&request.clone().text(""), &["content"])));
    complains(&request.clone().meta("k", "v"), &[]);
    complains(&request.clone().content("x"), &["content_type"]);
    complains(&request.clone().content("x").content_type(ContentType::Audio), &["content_type"]);
    assert!(fatal(&complains(
        &request.clone().content("x").content_type(ContentType::ObjectString),
        &["content"]
    )));
    complains(&request.parts([ContentPart::text("t"), ContentPart::file("1")]), &[]);
}

#[test]
fn feedback_has_limits() {
    let request = || CreateMessageFeedback::new("1", "2", FeedbackType::Like);
    complains(&(0..10).fold(request(), |request, _| request.reason("因".repeat(30))), &[]);
    complains(&(0..11).fold(request(), |request, _| request.reason("x")), &["reason_types"]);
    complains(&request().reason("ok").reason("x".repeat(31)), &["reason_types[1]"]);
    complains(&request().comment("评".repeat(250)), &[]);
    complains(&request().comment("x".repeat(251)), &["comment"]);
}

#[test]
fn uploads_have_limits() {
    for name in ["a.pdf", "a.PNG", "1120.jpeg", "x.tar.gz", "表.Numbers", "a.7z", "a.bz2", "a.gzip"] {
        complains(&UploadFile::new(name, "x"), &[]);
    }
    for name in ["a.exe", "a", "a.", "pdf", "a.pdf "] {
        assert!(!fatal(&complains(&UploadFile::new(name, "x"), &["file"])), "{name}");
    }
    assert!(fatal(&complains(&UploadFile::new("", "x"), &["file"])));
    assert!(fatal(&complains(&UploadFile::new("a.png", ""), &["file"])));
    // Zeroed memory that is never touched costs nothing.
    let large = Bytes::from(vec![0; (512 << 20) + 1]);
    complains(&UploadFile::new("a.png", large.slice(1..)), &[]);
    assert!(!fatal(&complains(&UploadFile::new("a.png", large), &["file"])));
}

#[test]
fn datasets_have_limits() {
    complains(&CreateDataset::new("名".repeat(100), "1", FormatType::Text), &[]);
    complains(&CreateDataset::new("x".repeat(101), "1", FormatType::Image), &["name"]);
    assert!(fatal(&complains(&CreateDataset::new("", "1", FormatType::Text), &["name"])));
    assert!(fatal(&complains(&CreateDataset::new("n", "", FormatType::Text), &["space_id"])));
    complains(&CreateDataset::new("n", "1", FormatType::Table), &["format_type"]);
    complains(&UpdateDataset::new("1", "x".repeat(101)), &["name"]);
    assert!(fatal(&complains(&UpdateDataset::new("1", ""), &["name"])));
    complains(&ListDatasets::new("1").page_num(0).page_size(301), &["page_num", "page_size"]);
    complains(&ListDatasets::new("1").page_size(300), &[]);
    complains(&ListImages::new("1").page_size(300), &["page_size"]);
    complains(&ListImages::new("1").page_size(299), &[]);
    complains(&ListDocuments::new("1").size(0), &["size"]);
}

fn file() -> NewDocument {
    NewDocument::file("a.txt", "x")
}

fn documents(documents: impl IntoIterator<Item = NewDocument>) -> CreateDocuments {
    CreateDocuments::new("1", documents)
}

#[test]
fn documents_have_limits() {
    complains(&documents((0..10).map(|_| file())), &[]);
    let errors = complains(&documents((0..11).map(|_| file())), &["document_bases"]);
    assert_eq!(errors[0].to_string(), "`document_bases` has 11 documents; at most 10 are allowed");
    assert!(fatal(&complains(&documents([]), &["document_bases"])));
    assert!(fatal(&complains(&CreateDocuments::new("", [file()]), &["dataset_id"])));
    for name in ["a.pdf", "a.b.DOCX", "表.doc", ".txt"] {
        complains(&documents([NewDocument::file(name, "x")]), &[]);
    }
    let field = "document_bases[0].source_info.file_type";
    assert!(!fatal(&complains(&documents([NewDocument::file("a.md", "x")]), &[field])));
    for name in ["a", "a."] {
        assert!(fatal(&complains(&documents([NewDocument::file(name, "x")]), &[field])), "{name}");
    }
    let empty = [file(), NewDocument::file("b.txt", "")];
    assert!(fatal(&complains(&documents(empty), &["document_bases[1].source_info"])));
    assert!(fatal(&complains(
        &documents([NewDocument::web_page("", "")]),
        &["document_bases[0].name", "document_bases[0].source_info.web_url"]
    )));
    let nowhere = "document_bases[0].source_info.source_file_id";
    assert!(fatal(&complains(&documents([NewDocument::uploaded_image("a", "")]), &[nowhere])));
    let nowhere = "document_bases[0].source_info.tos_uri";
    assert!(fatal(&complains(&documents([NewDocument::stored("a", "")]), &[nowhere])));
    let nothing = "document_bases[0].source_info.custom_content";
    assert!(fatal(&complains(&documents([NewDocument::text("a", "")]), &[nothing])));
}

#[test]
fn documents_of_one_request_go_together() {
    let page = || NewDocument::web_page("p", "https://example.com");
    let image = || NewDocument::uploaded_image("i", "1");
    complains(&documents([file(), page()]), &["document_bases"]);
    complains(&documents([file(), image()]), &["document_bases", "document_bases[1].source_info"]);
    let stored = NewDocument::stored("a.xlsx", "key");
    complains(&documents([stored]).format_type(FormatType::Table), &["format_type"]);
    complains(&documents([image()]).format_type(FormatType::Text), &["document_bases[0].source_info"]);
    complains(&documents([page()]).format_type(FormatType::Image), &["document_bases[0].source_info"]);
    complains(&documents([file().caption("c")]), &["document_bases[0].caption"]);
    complains(&documents([image().caption("c")]), &[]);
    complains(&documents([file().update_rule(UpdateRule::never())]), &["document_bases[0].update_rule"]);
    complains(&documents([page().update_rule(UpdateRule::every(24))]), &[]);
    let often = "document_bases[0].update_rule.update_interval";
    complains(&documents([page().update_rule(UpdateRule::every(23))]), &[often]);
    let mut never_said = UpdateRule::every(24);
    never_said.update_interval = None;
    complains(&documents([page().update_rule(never_said)]), &[often]);
}

#[test]
fn pieces_of_documents_have_limits() {
    let cut = |strategy| documents([file()]).chunk_strategy(strategy);
    for tokens in [100, 2000] {
        complains(&cut(ChunkStrategy::custom("#", tokens)), &[]);
    }
    for tokens in [0, 99, 2001] {
        complains(&cut(ChunkStrategy::custom("#", tokens)), &["chunk_strategy.max_tokens"]);
    }
    complains(&cut(ChunkStrategy::custom("", 100)), &["chunk_strategy.separator"]);
    let mut bare = ChunkStrategy::auto();
    complains(&cut(bare.clone()), &[]);
    bare.chunk_type = ChunkStrategy::custom("#", 100).chunk_type;
    complains(&cut(bare), &["chunk_strategy.separator", "chunk_strategy.max_tokens"]);
}

#[test]
fn requests_about_documents_name_some() {
    assert!(fatal(&complains(&ProcessDocuments::new("1", [""; 0]), &["document_ids"])));
    assert!(fatal(&complains(&ProcessDocuments::new("1", ["2", ""]), &["document_ids[1]"])));
    assert!(fatal(&complains(&DeleteDocuments::new([""; 0]), &["document_ids"])));
    complains(&DeleteDocuments::new((1..=100_u64).collect::<Vec<_>>()), &[]);
    complains(&DeleteDocuments::new((1..=101_u64).collect::<Vec<_>>()), &["document_ids"]);
    assert!(fatal(&complains(&UpdateDocument::new("1"), &["document_name"])));
    assert!(fatal(&complains(&UpdateDocument::new("").document_name("n"), &["document_id"])));
    complains(&UpdateDocument::new("1").document_name(""), &["document_name"]);
    let often = UpdateDocument::new("1").update_rule(UpdateRule::every(1));
    complains(&often, &["update_rule.update_interval"]);
}
