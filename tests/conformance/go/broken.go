package main

// fault is a fault of the client itself.
type fault struct {
	// sign is a part of the failure that it leads to.
	sign string
	why  string
}

// brokenMethods is what fails by a fault of the client itself.
var brokenMethods = map[string]fault{
	"Datasets.List": {
		sign: "format_type,omitempty: unknown field",
		why:  "takes the options of its struct tags for a part of the names: name,omitempty and format_type,omitempty",
	},
}
