package main

import (
	"strings"

	coze "github.com/coze-dev/coze-go"
)

// The workflows of the folder of that name.
const (
	hello = "7400000000000000022"
	city  = "7400000000000000021"
	talk  = "7400000000000000023"
)

// registerWorkflows is about workflows.
func registerWorkflows() {
	runs := client.Workflows.Runs
	check("Workflows.List", func() {
		var ids []string
		for _, each := range all[coze.WorkflowInfo](
			client.Workflows.List(ctx, &coze.ListWorkflowReq{WorkspaceID: pointer(space), PageNum: 1, PageSize: 2})) {
			ids = append(ids, each.WorkflowID)
		}
		contains(strings.Join(ids, " "), hello)
	})
	check("Workflows.Runs.Create", func() {
		contains(must(runs.Create(ctx, run(hello))).Data, "hi")
	})
	check("Workflows.Runs.Stream", func() {
		list := events(runs.Stream(ctx, run(hello)))
		equal(list[len(list)-1].Event, coze.WorkflowEventTypeDone)
		contains(list[len(list)-2].Message.Content, "hi")
	})
	check("Workflows.Runs.Resume", func() {
		list := events(runs.Stream(ctx, run(city)))
		last := list[len(list)-1]
		equal(last.Event, coze.WorkflowEventTypeInterrupt)
		list = events(runs.Resume(ctx, &coze.ResumeRunWorkflowsReq{
			WorkflowID: city, EventID: last.Interrupt.InterruptData.EventID,
			InterruptType: last.Interrupt.InterruptData.Type, ResumeData: "Hangzhou",
		}))
		equal(list[len(list)-1].Event, coze.WorkflowEventTypeDone)
		contains(list[len(list)-2].Message.Content, "Hangzhou")
	})
	check("Workflows.Runs.Histories.Retrieve", func() {
		contains(history().Output, "hi")
	})
	check("Workflows.Runs.Histories.ExecuteNodes.Retrieve", func() {
		ended := history()
		require(len(ended.NodeExecuteStatus) > 0, "no node is told of")
		for _, node := range ended.NodeExecuteStatus {
			output := must(runs.Histories.ExecuteNodes.Retrieve(ctx, &coze.RetrieveWorkflowsRunsHistoriesExecuteNodesReq{
				WorkflowID: hello, ExecuteID: ended.ExecuteID, NodeExecuteUUID: node.NodeExecuteUUID,
			}))
			require(output.IsFinish, "the node still runs")
		}
	})
	check("Workflows.Chat.Stream", func() {
		contains(completed(events(client.Workflows.Chat.Stream(ctx, &coze.WorkflowsChatStreamReq{
			WorkflowID: talk, BotID: pointer(demo),
			AdditionalMessages: []*coze.Message{coze.BuildUserQuestionText("hi", nil)},
		}))), "hi")
	})
}

func run(workflow string) *coze.RunWorkflowsReq {
	return &coze.RunWorkflowsReq{WorkflowID: workflow, Parameters: map[string]any{"name": "hi"}}
}

// history returns what is told of a run that has ended.
func history() *coze.WorkflowRunHistory {
	request := run(hello)
	request.IsAsync = true
	id := must(client.Workflows.Runs.Create(ctx, request)).ExecuteID
	look := &coze.RetrieveWorkflowsRunsHistoriesReq{WorkflowID: hello, ExecuteID: id}
	var seen *coze.WorkflowRunHistory
	eventually("run "+id+" to end", func() bool {
		seen = must(client.Workflows.Runs.Histories.Retrieve(ctx, look)).Histories[0]
		return seen.ExecuteStatus != coze.WorkflowExecuteStatusRunning
	})
	equal(seen.ExecuteStatus, coze.WorkflowExecuteStatusSuccess)
	return seen
}
