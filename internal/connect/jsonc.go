package connect

// blank returns the text with a space for each byte of its comments, and the
// strings as they are, so that what is found in the one stands at the same
// place in the other.
func blank(text []byte) []byte {
	out := append([]byte{}, text...)
	for i := 0; i < len(out); {
		switch {
		case out[i] == '"':
			i = stringEnd(out, i)
		case i+1 < len(out) && out[i] == '/' && out[i+1] == '/':
			for ; i < len(out) && out[i] != '\n' && out[i] != '\r'; i++ {
				out[i] = ' '
			}
		case i+1 < len(out) && out[i] == '/' && out[i+1] == '*':
			end := len(out)
			for j := i + 2; j+1 < len(out); j++ {
				if out[j] == '*' && out[j+1] == '/' {
					end = j + 2
					break
				}
			}
			for ; i < end; i++ {
				out[i] = ' '
			}
		default:
			i++
		}
	}
	return out
}

// untrailed puts a space for each comma behind which an object or a list ends.
// The text has no comments.
func untrailed(text []byte) []byte {
	out := append([]byte{}, text...)
	comma := -1
	for i := 0; i < len(out); i++ {
		switch out[i] {
		case '"':
			i = stringEnd(out, i) - 1
			comma = -1
		case ',':
			comma = i
		case '}', ']':
			if comma > 0 {
				out[comma] = ' '
			}
			comma = -1
		case ' ', '\t', '\r', '\n':
		default:
			comma = -1
		}
	}
	return out
}

// stringEnd is where the string that begins at an offset ends.
func stringEnd(text []byte, at int) int {
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
