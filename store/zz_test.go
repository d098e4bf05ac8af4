package store_test
import ("testing";"custory/store";"custory/schema";"strings")
func TestZZ(t *testing.T){
 c:=newChance(t,3)
 var calls []schema.ID
 for range 200 { if id:=c.call(t); id!="" {calls=append(calls,id)} }
 c.undo(t, calls[len(calls)-1])
 for _,j:=range c.journeys(t){ c.mapOf(t,j); c.at(t,j,1<<40); c.try(t,"r",func(tx *store.Tx) error { return tx.Restore(j, 100)}); c.find(t, store.Search{Within:j},"price")
  c.view(t, func(tx *store.Tx) error { tx.History(j,0,10); tx.Calls(store.CallFilter{Touching:j,Limit:5}); tx.ChangesOf(calls[0]); tx.ItemsWhere(store.ItemFilter{Within:j},"",0,5); tx.SignalsWhere(store.SignalFilter{Within:j},0,5); tx.SeqAt(c.st.Now()); tx.SignalCounts(); tx.Resolve(schema.KindStep,"a > b"); return nil }) }
 c.changes(t); c.st.Docs(t.Context(), c.actor.Workspace,"m",5)
 plans,err:=c.st.Plans(); if err!=nil {t.Fatal(err)}
 for q,p:=range plans { for _,l:=range p { if strings.Contains(l,"SCAN")||strings.Contains(l,"TEMP")||strings.HasSuffix(l,"(workspace=?)")||strings.Contains(l,"seq<")||strings.Contains(l,"seq>") { t.Logf("%s\n      %s", strings.Join(strings.Fields(q)," "), strings.Join(p,"\n      ")); break } } }
}
