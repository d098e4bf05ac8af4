package memory

// A tuning is what was found to suit the vectors of one model: cosines of
// different models do not compare.
type tuning struct {
	meaning float64 // the weight of meaning in Recall; words have the rest
	same    float64 // the average cosine from which signals say the same, in Groups
}

// tunings are by the name of the model. Meaning has the weight with the best
// R@5 + R@10 for the questions of categories 1 to 4 on the first two of the five
// conversations of the LoCoMo development set, or one within noise of it: 0.05
// more or less moves neither by 0.01. How same was chosen, Groups tells.
var tunings = map[string]tuning{
	"ngram-256/v1":           {meaning: 0.2, same: 0.3},
	"use-lite-q8+hash256/v1": {meaning: 0.35, same: 0.5},
}

// tuningOf returns the tuning of the model, or a careful one if it is not
// known.
func tuningOf(model string) tuning {
	if t, ok := tunings[model]; ok {
		return t
	}
	return tuning{meaning: 0.35, same: 0.7}
}
