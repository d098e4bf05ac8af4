// Package schema says what things are: the nouns of a workspace, the rules
// each must keep, and the tables that hold them. It knows nothing of how
// records are stored or shown, and imports only the standard library.
//
// In the order a person meets them:
//
//   - A Workspace is the boundary of everything; a Member works in it in a Role.
//     A Key lets a program in for a member; an Invitation and a JoinRequest are
//     how one becomes a member.
//   - A Journey is one flow of a customer, told in Stages, which hold Steps.
//     A Nesting hangs a whole journey below a step of another.
//   - An Item is one thing known about the experience: a touchpoint, an
//     insight, an opportunity, a solution or a metric. It belongs to the
//     workspace. A Placement puts it on a step; a Link joins it to the next
//     item of the chain from evidence to measurement.
//   - A Persona is whom the journey is about.
//   - A Signal is one piece of raw evidence, kept as it was said. A Placement
//     puts it on the step it speaks about; a Citation quotes it for an item.
//   - A Note is what the assistants were told to remember; a Comment is what
//     people said about an item.
//   - Each use of a tool is a Call, each new version of a record a Change, and
//     a Bookmark is a named place in the log that they form.
//
// Every record has a Head, and a Validate method that reports all that is
// wrong with it at once.
package schema
