# Writes cases.json: labels and scores, and what the tools named in README.md say of them.
import json, numpy as np, statsmodels.api as sm
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import proportion_confint
from scipy.stats import chi2, norm
from scipy.special import logit
from netcal.metrics import ECE, MCE
from calibration import utils as ucu
rng=np.random.default_rng(2024)
def make(n, kind):
    p=rng.beta(1.2,2.5,n).clip(0.002,0.998)
    if kind=='grid': p=(np.ceil(p*20)/20-0.025)
    y=(rng.random(n)<1/(1+np.exp(-(0.3+0.6*logit(p))))).astype(int)
    w=None
    if kind=='weighted': w=rng.integers(0,5,n).astype(float); 
    return p,y,w
cases=[]
for name,n,kind,bins in [('continuous',400,'c',10),('few rows',40,'c',5),('ties',300,'grid',10),('weighted',300,'weighted',8),('many bins',150,'c',40)]:
    p,y,w=make(n,kind)
    c={'name':name,'labels':y.tolist(),'scores':p.tolist(),'weights':None if w is None else w.tolist(),'bins':bins,'expected':{}}
    W=np.ones(n) if w is None else w
    for by in ['uniform','quantile']:
        edges=np.linspace(0,1,bins+1)[1:-1] if by=='uniform' else np.percentile(p,np.linspace(0,1,bins+1)*100)[1:-1]
        b=np.digitize(p,edges,right=True)
        rows=[]
        for k in range(bins):
            m=(b==k)&(W>0)
            if not m.any(): continue
            ww=W[m]; ne=ww.sum()**2/(ww**2).sum(); obs=np.average(y[m],weights=ww); pr=np.average(p[m],weights=ww)
            lo,hi=proportion_confint(obs*ne,ne,alpha=.1,method='wilson')
            rows.append(dict(rows=int(m.sum()),weight=ww.sum(),predicted=pr,observed=obs,lower=max(lo,0),upper=min(hi,1),m=m,ww=ww,ne=ne))
        tot=sum(r['weight'] for r in rows); base=np.average(y,weights=W)
        g=np.array([r['predicted']-r['observed'] for r in rows]); s=np.array([r['weight'] for r in rows])/tot
        obs=np.array([r['observed'] for r in rows]); ne=np.array([r['ne'] for r in rows])
        e=dict(bins=[{k:r[k] for k in ['rows','weight','predicted','observed','lower','upper']} for r in rows],
          expected_error=float((s*abs(g)).sum()),maximum_error=float(abs(g).max()),root_mean_square_error=float(np.sqrt((s*g*g).sum())))
        e['debiased_squared_error']=float(sum(sk*((gk*gk-o*(1-o)/(nk-1)) if nk>=2 else 0) for sk,gk,o,nk in zip(s,g,obs,ne)))
        e['brier']={'brier':float(np.average((p-y)**2,weights=W)),'reliability':float((s*g*g).sum()),'resolution':float((s*(obs-base)**2).sum()),'uncertainty':float(base*(1-base)),
          'within_bin_variance':float(sum((r['ww']*(p[r['m']]-r['predicted'])**2).sum() for r in rows)/tot),
          'within_bin_covariance':float(2*sum((r['ww']*(p[r['m']]-r['predicted'])*(y[r['m']]-r['observed'])).sum() for r in rows)/tot)}
        if w is None:
            ct,cp=calibration_curve(y,p,n_bins=bins,strategy=by); assert np.allclose(ct,obs) and np.allclose(cp,[r['predicted'] for r in rows])
            if by=='uniform' and kind=='c':
                e['netcal']={'ece':float(ECE(bins).measure(p,y)),'mce':float(MCE(bins).measure(p,y))}
            data=[[ (pp,yy) for pp,yy in zip(p[r['m']],y[r['m']])] for r in rows]
            e['unbiased_square_ce']=float(ucu.unbiased_square_ce(data))
            E=np.array([r['predicted']*r['weight'] for r in rows]); O=obs*np.array([r['weight'] for r in rows]); N=np.array([r['weight'] for r in rows])
            x2=float((((O-E)**2)/E+((N-O)-(N-E))**2/(N-E)).sum())
            e['hosmer_lemeshow']={'statistic':x2,'p_value':float(chi2.sf(x2,len(rows))),'fitted_p_value':float(chi2.sf(x2,len(rows)-2))}
        c['expected'][by]=e
    m=W>0
    ir=IsotonicRegression().fit(p,y,sample_weight=W) ; rc=ir.predict(p)
    S=lambda q: float(np.average((q-y)**2,weights=W))
    base=np.average(y,weights=W)
    c['expected']['corp']={'recalibrated':rc.tolist(),'brier':float(brier_score_loss(y,p,sample_weight=W)),'miscalibration':S(p)-S(rc),'discrimination':S(base)-S(rc),'uncertainty':S(base)}
    ne=W.sum()**2/(W**2).sum(); mp=np.average(p,weights=W)
    lo,hi=proportion_confint(base*ne,ne,alpha=.1,method='wilson')
    c['expected']['observed_expected']={'ratio':base/mp,'lower':lo/mp,'upper':hi/mp}
    z=(W*(y-p)*(1-2*p)).sum()/np.sqrt((W**2*(1-2*p)**2*p*(1-p)).sum())
    c['expected']['spiegelhalter']={'z':float(z),'p_value':float(2*norm.sf(abs(z)))}
    x=logit(p)
    f=sm.GLM(y,sm.add_constant(x),family=sm.families.Binomial(),freq_weights=W).fit(tol=1e-14,maxiter=200)
    ci=f.conf_int(.1)
    c['expected']['recalibration']={'intercept':f.params[0],'slope':f.params[1],'intercept_error':f.bse[0],'slope_error':f.bse[1],'slope_interval':list(ci[1])}
    f=sm.GLM(y,np.ones((n,1)),family=sm.families.Binomial(),freq_weights=W,offset=x).fit(tol=1e-14,maxiter=200)
    c['expected']['in_the_large']={'intercept':f.params[0],'intercept_error':f.bse[0]}
    # distinct scores
    rel=res=0
    for v in np.unique(p[m]):
        k=(p==v)&m; o=np.average(y[k],weights=W[k]); ws=W[k].sum()/W.sum(); rel+=ws*(v-o)**2; res+=ws*(o-base)**2
    c['expected']['distinct']={'reliability':float(rel),'resolution':float(res),'uncertainty':float(base*(1-base))}
    cases.append(c)
json.dump({'versions':{'scikit-learn':'1.9.1','statsmodels':'0.15.0','scipy':'1.17.1','numpy':'2.4.6','netcal':'1.4.0','uncertainty-calibration':'0.1.4'},'cases':cases},open('cases.json','w'),default=float)
