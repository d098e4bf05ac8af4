package tools

import "context"

type progressKey struct{}

// WithProgress returns a context whose calls tell report how far they have
// come: done of total, 0 if that is not known, and what is being done. A call
// reports as often as it likes, from one goroutine at a time.
func WithProgress(ctx context.Context, report func(done, total int, what string)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// progress tells whoever wants to know how far the call has come.
func progress(ctx context.Context, done, total int, what string) {
	if report, ok := ctx.Value(progressKey{}).(func(int, int, string)); ok {
		report(done, total, what)
	}
}
