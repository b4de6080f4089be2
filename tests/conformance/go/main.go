// The official Go client, unchanged, against the simulator: one check for each method, a line for each, and counts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"time"

	coze "github.com/coze-dev/coze-go"
)

// The agents of agents.json, and the one that the simulator brings along.
const (
	demo     = "7400000000000000001"
	slow     = "7400000000000000011"
	tools    = "7400000000000000012"
	space    = "7400000000000000009"
	question = "2024年10月1日是星期几"
)

// Longest time for the whole program, and for anything that is waited for.
const (
	whole    = 3 * time.Minute
	patience = 20 * time.Second
)

var (
	base  = setting("COZE_API_BASE", "http://127.0.0.1:8080")
	token = setting("COZE_API_TOKEN", "pat_sim")

	ctx    = context.Background()
	client = clientOf(coze.NewTokenAuth(token))

	checks = map[string]func(){}
	order  []string

	refusal = regexp.MustCompile(`the (?:simulator has no endpoint|endpoint exists, but not as) ([A-Z]+ [^\s,"]+)`)
	frame   = regexp.MustCompile(`[a-z]+\.go:[0-9]+`)
)

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func clientOf(auth coze.Auth) coze.CozeAPI {
	return coze.NewCozeAPI(auth, coze.WithBaseURL(base), coze.WithLogger(silence{}))
}

// silence logs nothing: the client logs every refusal, and here they are asked for.
type silence struct{}

func (silence) Log(context.Context, coze.LogLevel, string, ...any) {}

// check registers the check of a method.
func check(method string, body func()) {
	if checks[method] != nil {
		panic("two checks of " + method)
	}
	checks[method] = body
	order = append(order, method)
}

func main() {
	time.AfterFunc(whole, func() {
		fmt.Println("took longer than", whole)
		os.Exit(1)
	})
	registerChats()
	registerConversations()
	registerWorkflows()
	registerMedia()
	registerDatasets()
	registerManagement()
	registerOAuth()

	passed, failed := 0, 0
	fail := func(name, problem string) {
		failed++
		fmt.Printf("FAILED %s: %s\n", name, problem)
	}
	methods := surface()
	for _, name := range sorted(methods) {
		if checks[name] == nil {
			fail(name, "no check calls it")
		}
	}
	var tolerated []string
	notServed := readNotServed("tests/conformance/not-served.txt")
	for _, name := range order {
		if !methods[name] {
			fail(name, "the client has no such method")
			continue
		}
		problem := problemOf(checks[name])
		endpoint := missing(problem, notServed)
		fault, broken := brokenMethods[name]
		switch {
		case endpoint != "":
			tolerated = append(tolerated, name)
			fmt.Printf("not served yet: %s (%s)\n", name, endpoint)
		case broken && problem == "":
			fail(name, "it works, so take it off the list of what is broken")
		case broken && strings.Contains(problem, fault.sign):
			tolerated = append(tolerated, name)
			fmt.Printf("broken in the client: %s: it %s\n", name, fault.why)
		case problem != "":
			fail(name, problem)
		default:
			passed++
			fmt.Println("ok", name)
		}
	}
	if len(tolerated) > 0 {
		fmt.Printf("%d tolerated: %s\n", len(tolerated), strings.Join(tolerated, ", "))
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}

func sorted(names map[string]bool) []string {
	var list []string
	for name := range names {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// readNotServed reads the endpoints that the simulator does not serve yet.
func readNotServed(path string) []*regexp.Regexp {
	parameter := regexp.MustCompile(`\{\w+\}`)
	var patterns []*regexp.Regexp
	for _, line := range strings.Split(string(must(os.ReadFile(path))), "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, regexp.MustCompile("^"+parameter.ReplaceAllString(line, "[^/]+")+"$"))
		}
	}
	return patterns
}

// missing returns the endpoint for which a request was refused, if it is one that is known to be missing.
func missing(problem string, notServed []*regexp.Regexp) string {
	if found := refusal.FindStringSubmatch(problem); found != nil {
		for _, pattern := range notServed {
			if pattern.MatchString(found[1]) {
				return found[1]
			}
		}
	}
	return ""
}

func problemOf(body func()) (problem string) {
	defer func() {
		if cause := recover(); cause != nil {
			stack := make([]byte, 1<<14)
			place := ""
			for _, found := range frame.FindAllString(string(stack[:runtime.Stack(stack, false)]), -1) {
				if !strings.HasPrefix(found, "main.go") && !strings.HasPrefix(found, "panic.go") {
					place = found + ": "
					break
				}
			}
			problem = strings.Join(strings.Fields(place+fmt.Sprint(cause)), " ")
		}
	}()
	body()
	return ""
}

// must returns a value, or panics with the error.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func require(condition bool, what ...any) {
	if !condition {
		panic(fmt.Sprint(what...))
	}
}

func equal[T comparable](actual, expected T) {
	require(actual == expected, fmt.Sprintf("expected %v, got %v", expected, actual))
}

func contains(text, part string) {
	require(strings.Contains(text, part), fmt.Sprintf("expected %q in %q", part, text))
}

// isID checks an id, a text of up to 19 digits.
func isID(text string) {
	require(regexp.MustCompile("^[0-9]{15,19}$").MatchString(text), "expected an id, got ", text)
}

// eventually asks again until a condition holds.
func eventually(what string, holds func() bool) {
	for end := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		require(time.Now().Before(end), "waited in vain: ", what)
	}
}

func pointer[T any](value T) *T {
	return &value
}

// all returns the items of all pages.
func all[T any](pages coze.BasePaged[T], err error) []*T {
	must(pages, err)
	var items []*T
	for pages.Next() {
		items = append(items, pages.Current())
	}
	must(pages, pages.Err())
	return items
}

// events reads a stream to its end.
func events[T coze.ChatEvent | coze.WorkflowEvent](stream coze.Stream[T], err error) []*T {
	must(stream, err)
	defer stream.Close()
	var list []*T
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return list
		}
		list = append(list, must(event, err))
	}
}

// send makes a request that the client has no method for, and returns the answer.
func send(request *http.Request) string {
	request.Header.Set("Authorization", "Bearer "+token)
	response := must(http.DefaultClient.Do(request))
	defer response.Body.Close()
	body := must(io.ReadAll(response.Body))
	require(response.StatusCode == http.StatusOK, string(body))
	return string(body)
}
