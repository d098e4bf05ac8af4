package memory

import "custory/schema"

// ByWordsOnly tells what meaning had no part in when the workspace was last
// asked about, and why, in the words of a Recollection; "" if it had its part
// in everything. Near and Groups go by meaning alone, and miss what it tells of.
func (m *Memory) ByWordsOnly(workspace schema.ID) string {
	m.mu.Lock()
	s := m.spaces.get(workspace, func() *space { return newSpace(m, workspace) })
	m.mu.Unlock()
	return s.byWordsOnly(m.gate.shut())
}
