package main

import (
	"context"
	"reflect"

	coze "github.com/coze-dev/coze-go"
)

var (
	contextType = reflect.TypeOf((*context.Context)(nil)).Elem()
	errorType   = reflect.TypeOf((*error)(nil)).Elem()
	tokenType   = reflect.TypeOf((*coze.OAuthToken)(nil))
	deviceType  = reflect.TypeOf((*coze.GetDeviceAuthResp)(nil))
)

// surface returns the names of all methods of the client that send HTTP, as the client itself has them.
func surface() map[string]bool {
	names := map[string]bool{"JWTAuth.Token": true}
	walk("", reflect.TypeOf(coze.CozeAPI{}), names)
	for _, app := range []any{
		&coze.JWTOAuthClient{}, &coze.WebOAuthClient{}, &coze.PKCEOAuthClient{}, &coze.DeviceOAuthClient{},
	} {
		kind := reflect.TypeOf(app)
		for i := 0; i < kind.NumMethod(); i++ {
			if method := kind.Method(i); sends(method.Type) && givesTokens(method.Type) {
				names[kind.Elem().Name()+"."+method.Name] = true
			}
		}
	}
	return names
}

// walk goes through the groups of methods, which are fields.
func walk(prefix string, group reflect.Type, names map[string]bool) {
	methods := reflect.PointerTo(group)
	for i := 0; i < methods.NumMethod(); i++ {
		if method := methods.Method(i); sends(method.Type) {
			names[prefix+method.Name] = true
		}
	}
	for i := 0; i < group.NumField(); i++ {
		field := group.Field(i)
		if field.IsExported() && field.Type.Kind() == reflect.Pointer && field.Name != "WebSockets" {
			walk(prefix+field.Name+".", field.Type.Elem(), names)
		}
	}
}

// sends tells whether a method, whose receiver comes first, takes a context and may fail.
func sends(method reflect.Type) bool {
	return method.NumIn() > 1 && method.In(1) == contextType &&
		method.NumOut() == 2 && method.Out(1) == errorType
}

func givesTokens(method reflect.Type) bool {
	return method.Out(0) == tokenType || method.Out(0) == deviceType
}
